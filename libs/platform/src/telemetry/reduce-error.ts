import { types } from 'node:util';
import { withoutValues } from './without-values.js';

export interface ReducedError {
  readonly type: string;
  readonly code?: string;
  readonly message?: string;
  readonly stack?: readonly string[];
  readonly cause?: ReducedError;
}

const MOST_FRAMES = 30;
const MOST_CAUSES = 3;

/** What may be known of an error: its kind and code, its message without values, where it came from, and the same of its causes. */
export function reduceError(error: unknown, causes = 0): ReducedError {
  if (!isError(error)) return { type: typeof error };
  const code: unknown = 'code' in error ? error.code : undefined;
  return {
    type: error.name,
    ...(typeof code === 'string' && { code }),
    message: withoutValues(error.message),
    stack: framesOf(error),
    ...(error.cause !== undefined && causes < MOST_CAUSES && { cause: reduceError(error.cause, causes + 1) }),
  };
}

/** Also those of another realm, as all errors of Node are inside Jest. */
const isError = (value: unknown): value is Error => types.isNativeError(value) || value instanceof Error;

/** A stack begins with the message, which may look like frames itself. */
function framesOf({ stack = '', message }: Error): readonly string[] {
  const messageAt = stack.indexOf(message);
  const after = messageAt === -1 ? stack : stack.slice(messageAt + message.length);
  return after
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .slice(0, MOST_FRAMES);
}
