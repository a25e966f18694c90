import { type Command } from 'commander';
import { type AuditEntry, type AuditFilter, type AuditVerified, type ChainBreak } from '#platform/audit';
import { CommandFailure } from '../failure.js';
import { operator } from '../operator.js';
import { textTable } from '../terminal/table.js';
import { asCommand, wholeNumber, withInstallation, type CommandContext, type CommonOptions } from './context.js';

interface ListOptions extends CommonOptions {
  readonly since?: string;
  readonly actor?: string;
  readonly action?: string;
  readonly limit: number;
}

export function addAudit(program: Command, context: CommandContext): void {
  const audit = program.command('audit').description('Who did what: administrative acts, exports, erasures, sign-ins.');
  asCommand(
    audit
      .command('verify')
      .description(
        'Check the chain of the audit log, and its signed checkpoints in the database and in the data folder.',
      )
      .action((options: CommonOptions) => verify(context, options)),
    ['safar audit verify', 'safar audit verify --json'],
  ).addHelpText('after', '\nEnds with 6 when the chain is broken, and names the first entry where it is.');
  asCommand(
    audit
      .command('list')
      .description('Show entries, the oldest first. Looking is an entry, too.')
      .option('--since <time>', 'only from then on: 2026-03-21 or 2026-03-21T08:00:00Z')
      .option('--actor <actor>', 'only of this one: an id, or kind:id')
      .option('--action <action>', 'only this: customer.erased, events.exported … (docs/how-to/audit.md)')
      .option('--limit <n>', 'the newest that many, 1–100000', wholeNumber(1, 100_000), 1_000)
      .action((options: ListOptions) => list(context, options)),
    ['safar audit list --since 2026-03-21', 'safar audit list --action customer.erased --json'],
  );
}

const verify = (context: CommandContext, options: CommonOptions): Promise<void> =>
  withInstallation(context, options, async ({ audit }) => {
    const verified = await audit.verify();
    const { broken } = verified;
    if (options.json === true)
      await context.terminal.printJson({
        ...verified,
        broken: broken === undefined ? null : { ...broken, meaning: meanings[broken.problem] },
      });
    else await context.terminal.print(verifiedText(verified, context));
    if (!verified.ok) context.ending = 'brokenChain';
  });

/** How each kind of break comes about. */
const meanings: Readonly<Record<ChainBreak['problem'], string>> = {
  missing: 'it is missing: an entry was deleted',
  'out-of-place': 'it does not belong here: an entry was put in or moved',
  changed: 'its content is not what was recorded: it was edited or exchanged',
  unlinked: 'it follows another entry than the one before it: that one was replaced',
  rewritten: 'a signed checkpoint names another hash: the chain was made anew',
  truncated: 'a signed checkpoint names a later entry: the end was cut off',
  'forged-checkpoint': 'its checkpoint was not signed with the key of this installation',
};

function verifiedText(verified: AuditVerified, { terminal: { colours } }: CommandContext): string {
  const { broken, entries, hash, signedUpTo, checkpoints, publicKey } = verified;
  if (broken !== undefined)
    return `${colours.red('✗')} The audit log is broken at entry ${broken.sequence.toString()}: ${meanings[broken.problem]}.`;
  return [
    `${colours.green('✓')} ${entries.toLocaleString('en-GB')} entries, each linked to the one before; signed up to ${signedUpTo.toString()}`,
    colours.dim(`  last hash   ${hash}`),
    colours.dim(
      `  checkpoints ${String(checkpoints.database)} in the database, ${String(checkpoints.file)} in the file`,
    ),
    colours.dim(`  public key  ${publicKey} (Ed25519)`),
  ].join('\n');
}

const list = (context: CommandContext, options: ListOptions): Promise<void> => {
  const filter = filterFrom(options);
  return withInstallation(context, options, async ({ audit }) => {
    await audit.record({
      actor: { kind: 'operator', id: operator() },
      action: 'audit.read',
      subject: 'audit:all',
      outcome: 'succeeded',
      details: { limit: options.limit },
    });
    const entries = await audit.list(filter);
    if (options.json === true)
      for (const entry of entries) await context.terminal.printJson({ ...entry, details: detailsOf(entry) });
    else
      await context.terminal.print(
        entries.length === 0 ? 'There are no such entries.' : textTable(header, entries.map(rowOf)),
      );
  });
};

const header = ['#', 'at', 'actor', 'action', 'subject', 'outcome', 'details'];
const rowOf = ({ sequence, at, actor, action, subject, outcome, details }: AuditEntry): string[] => [
  sequence.toString(),
  at,
  `${actor.kind}:${actor.id}`,
  action,
  subject,
  outcome,
  details === '{}' ? '' : details,
];

/** As JSON; as text where somebody made it something else, which `verify` says more about. */
function detailsOf({ details }: AuditEntry): unknown {
  try {
    return JSON.parse(details);
  } catch {
    return details;
  }
}

function filterFrom({ since, actor, action, limit }: ListOptions): AuditFilter {
  return {
    limit,
    ...(since !== undefined && { since: timeFrom(since) }),
    ...(actor !== undefined && { actor }),
    ...(action !== undefined && { action }),
  };
}

function timeFrom(text: string): number {
  const shape = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;
  const time = shape.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new CommandFailure(
    'usage',
    `${JSON.stringify(text)} is not a time.`,
    'Write 2026-03-21 or 2026-03-21T08:00:00Z.',
  );
}
