import { StoreUnavailableError } from '#platform/event-store';

/** What an operator has to look at; the consumer stands still until it is gone. */
export class ConsumerTroubleError extends Error {
  override readonly name = 'ConsumerTroubleError';
  constructor(
    /** `paused`: newer code will continue. `failed`: somebody has to act. */
    readonly status: 'paused' | 'failed',
    message: string,
  ) {
    super(message);
  }
}

/** This process reads the store in an epoch that is over: nothing is wrong with the build, and others may feed it. */
export class FencedError extends ConsumerTroubleError {
  constructor(message: string) {
    super('failed', message);
  }
}

/** SQLSTATE classes that blame what was written: data exception, integrity violation, program limit exceeded. */
const BLAMED_ON_DATA = /^(22|23|54)/;

/** SQLSTATE, or the code of a socket's error. */
export const sqlStateOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** The database refused what an event led to; trying again will not help. */
export const isRefusedByTable = (error: unknown): boolean => BLAMED_ON_DATA.test(sqlStateOf(error) ?? '');

/** What Node says to whoever writes on a socket that broke a moment ago. */
const BROKEN_SOCKET = /^ERR_(STREAM_(DESTROYED|WRITE_AFTER_END|PREMATURE_CLOSE)|SOCKET_CLOSED)$/;

/** The last of these: of answers that were on their way when a connection broke, and whose queries have failed already. */
const WITHOUT_CODE =
  /^(Connection terminated|Query read timeout|timeout expired|timeout exceeded|Client has encountered|Client was closed|Cannot use a pool|Received unexpected)/;

/**
 * Something that events need is away (database, store, vault): nothing is wrong with an event. Errors of sockets and of PostgreSQL
 * carry codes; these messages are what node-postgres says without one.
 */
export const isOutage = (error: unknown): boolean => {
  if (error instanceof StoreUnavailableError) return true;
  const code = sqlStateOf(error);
  if (code !== undefined) return BROKEN_SOCKET.test(code) || !(BLAMED_ON_DATA.test(code) || code.startsWith('ERR_'));
  return error instanceof Error && WITHOUT_CODE.test(error.message);
};

/** More than this of an error's message is not kept. */
const MAX_ERROR_CHARACTERS = 500;

/**
 * A failure as it is kept. The message comes from our own handlers and from PostgreSQL's first line, which names constraints
 * but no values; only for values that do not parse (class 22) it repeats them, and they may be personal.
 */
export function describeError(error: unknown): { readonly errorClass: string; readonly text: string } {
  if (!(error instanceof Error)) return { errorClass: typeof error, text: 'not an Error was thrown' };
  const code = sqlStateOf(error);
  if (code?.startsWith('22')) return { errorClass: error.name, text: `PostgreSQL refused a value (${code})` };
  return { errorClass: error.name, text: error.message.slice(0, MAX_ERROR_CHARACTERS).replaceAll('\u0000', '') };
}
