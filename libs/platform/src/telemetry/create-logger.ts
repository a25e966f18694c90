import { type DestinationStream, type Level, type Logger, pino, stdTimeFunctions } from 'pino';
import { allowed } from './allowed-line.js';
import { reduceError } from './reduce-error.js';

export interface LoggerSettings {
  readonly level: Level | 'silent';
  /** Which of our programs writes. */
  readonly program?: string;
  /** Standard output when it is left out. */
  readonly destination?: DestinationStream;
}

/**
 * A log of one JSON object a line, which carries ids and never payloads: a field that is not in `logged-fields.ts`, or not of the
 * shape that is told there, is not written. A message is a constant: values after it are dropped, they go into fields.
 */
export function createLogger({ level, program, destination }: LoggerSettings): Logger {
  const options = {
    level,
    base: { pid: process.pid, ...(program !== undefined && { program }) },
    timestamp: stdTimeFunctions.isoTime,
    serializers: { err: (error: unknown) => reduceError(error) },
    formatters: { level: (label: string) => ({ level: label }), log: withoutBigints },
    hooks: {
      // pino writes formatted arguments into the message, where no list of fields would see them.
      logMethod(
        this: Logger,
        [first, message]: readonly unknown[],
        method: (this: Logger, ...args: unknown[]) => void,
      ) {
        if (typeof first === 'string') method.call(this, first);
        else method.call(this, first, typeof message === 'string' ? message : undefined);
      },
      // The last step before the destination: child loggers, serializers and whatever is added later pass here too.
      streamWrite: allowed,
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** Positions are bigints, which JSON has no number for. */
const withoutBigints = (fields: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'bigint' ? value.toString() : value,
    ]),
  );
