import { promisify } from 'node:util';
import { type IncomingHttpHeaders } from 'node:http';
import { constants, gunzip } from 'node:zlib';
import { type BodyBudget } from '../intake/body-budget.js';
import { ProblemError } from '../problems/problem-error.js';

/**
 * A batch of events that repeat each other shrinks to a thirtieth; deflate cannot go beyond 1:1032, and whoever comes near that is not
 * sending events.
 */
const MOST_TIMES = 100;
/** Below this nothing is worth a suspicion. */
const HARMLESS_BYTES = 65_536;
const BUDGET_RETRY_MS = 1_000;

const inflated = promisify(gunzip);

const isGzip = (body: Uint8Array): boolean => body[0] === 0x1f && body[1] === 0x8b;

export interface InflateLimits {
  readonly limitBytes: number;
  readonly budget: BodyBudget;
}

/**
 * Lends the bytes of a body to `use`, unpacked where it is gzip, whatever its headers say. At most `limitBytes` and 100 times the packed
 * size come out, all of it taken from the budget before the first byte does; that bounds the time as well: 4 MB take 10 ms, in a
 * thread of zlib's.
 * @throws ProblemError `body_too_large`, `overloaded`, `malformed_gzip`, or `malformed_request` for any other coding
 */
export async function withInflated<T>(
  body: Uint8Array,
  headers: IncomingHttpHeaders,
  { limitBytes, budget }: InflateLimits,
  use: (bytes: Uint8Array) => Promise<T>,
): Promise<T> {
  if (!isGzip(body)) {
    const coding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
    // Announced and not done is what some proxies do; other codings are unreadable here.
    if (!['identity', 'gzip', ''].includes(coding)) throw new ProblemError('malformed_request');
    return use(body);
  }
  const mostBytes = Math.min(limitBytes, Math.max(HARMLESS_BYTES, body.length * MOST_TIMES));
  if (!budget.take(mostBytes)) throw new ProblemError('overloaded', { retryAfterMs: BUDGET_RETRY_MS });
  try {
    return await use(await unpack(body, mostBytes));
  } finally {
    budget.giveBack(mostBytes);
  }
}

async function unpack(body: Uint8Array, maxOutputLength: number): Promise<Uint8Array> {
  try {
    return await inflated(body, { maxOutputLength, finishFlush: constants.Z_FINISH });
  } catch (error) {
    const isTooLarge =
      typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw new ProblemError(isTooLarge ? 'body_too_large' : 'malformed_gzip', { cause: error });
  }
}
