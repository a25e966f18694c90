/** Every exit code of `safar`. Documented in docs/how-to/command-line.md, which a test compares with this table. */
export const exitCodes = {
  ok: { code: 0, meaning: 'Done.' },
  failed: { code: 1, meaning: 'It could not be done; the message says why and what to do.' },
  usage: { code: 2, meaning: 'Wrong arguments, mapping profile or configuration. Nothing was done.' },
  someRefused: {
    code: 3,
    meaning: 'The import is finished, and some rows were refused; they are in the rejects file.',
  },
  differences: { code: 4, meaning: '`verify` found a read model that differs from the log.' },
  notFound: { code: 5, meaning: 'The customer, key, user or projection does not exist, or was erased.' },
  brokenChain: { code: 6, meaning: '`audit verify` found that the audit log was changed.' },
  interrupted: {
    code: 130,
    meaning: 'Stopped with Ctrl-C. What was done stays done; an import continues when it is run again.',
  },
  terminated: { code: 143, meaning: 'Stopped by SIGTERM, like Ctrl-C.' },
} as const;

export type Ending = keyof typeof exitCodes;
