import { operations } from './documented.js';

/** What came of a generated request. */
export interface FuzzAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

const saysSo =
  (code: string) =>
  (operationId: string): boolean =>
    operations.some(
      (operation) =>
        operation.operationId === operationId && JSON.stringify(operation.responses['503'] ?? '').includes(`"${code}"`),
    );

/** By code of the problem: who may answer it. */
const reasons = new Map<string, (operationId: string) => boolean>([
  // Asked for the future, a read waits and then says so; and so does a command that goes by what can be read. All of them are documented.
  ['not_caught_up', saysSo('not_caught_up')],
  // Passwords are hashed a few at a time.
  ['overloaded', (operationId) => operationId === 'signIn' || operationId === 'changePassword'],
  // Writes by the thousand leave the read models behind for a moment, and then nobody should be sent here.
  ['unavailable', (operationId) => operationId === 'isReady'],
]);

/** The checks of `/readyz` that may fail while the gateway is as it should be. */
const mayFail = ['read-models'];

/** The 503 that the fuzz lets pass: one of three codes, of those who have a reason for it, with the time to wait. */
export function mayBeBusy(
  { operationId, method }: { readonly operationId: string; readonly method: string },
  { status, retryAfter, type, body }: FuzzAnswer,
): boolean {
  if (status !== 503 || !/^[1-9]\d*$/.test(retryAfter ?? '')) return false;
  // Of HEAD there are only headers.
  if (method === 'HEAD') return [...reasons.values()].some((mayAnswer) => mayAnswer(operationId));
  if (!type?.startsWith('application/problem+json')) return false;
  const problem = JSON.parse(body) as { readonly code?: unknown; readonly checks?: unknown };
  if (typeof problem.code !== 'string' || reasons.get(problem.code)?.(operationId) !== true) return false;
  return problem.code !== 'unavailable' || isOnly(mayFail, failing(problem.checks));
}

const isOnly = (allowed: readonly string[], names: readonly string[]): boolean =>
  names.length > 0 && names.every((name) => allowed.includes(name));

const failing = (checks: unknown): readonly string[] =>
  (Array.isArray(checks) ? (checks as readonly { readonly name: string; readonly ok: boolean }[]) : [])
    .filter(({ ok }) => !ok)
    .map(({ name }) => name);
