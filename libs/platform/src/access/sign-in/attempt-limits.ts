import { createHash } from 'node:crypto';
import { type Pool } from 'pg';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { networkOf } from '../network-of.js';

/** How often somebody may guess. In the database, so that it holds over all processes and restarts. */
export interface AttemptLimits {
  /** Counts an attempt before it is looked at, so that guesses at the same time count too. Milliseconds to wait, or nothing. */
  take(attempt: Attempt): Promise<number | undefined>;
  /** The attempt was right: forgets the ones before. */
  succeeded(attempt: Attempt): Promise<void>;
}

export interface Attempt {
  /** Of the account, as it was typed: it need not exist. */
  readonly name: string;
  /** IP address of the caller. */
  readonly address: string;
  /** By which a browser is known in which this account has signed in before, or a session that is open. */
  readonly device?: string | undefined;
}

const MINUTE = 60;

export function createAttemptLimits(pool: Pool): AttemptLimits {
  const limiter = (keyPrefix: string, points: number, duration: number): RateLimiterPostgres =>
    new RateLimiterPostgres({
      ...{ storeClient: pool, storeType: 'pool', schemaName: 'access', tableName: 'attempts', tableCreated: true },
      ...{ keyPrefix, points, duration },
    });
  // One person who mistypes.
  const pair = limiter('pair', 5, 15 * MINUTE);
  // Many addresses against one account (NIST SP 800-63B §5.2.2 allows 100).
  const account = limiter('account', 100, 60 * MINUTE);
  // One address against many accounts; an office behind one address has this many wrong passwords in a morning.
  const address = limiter('address', 50, 15 * MINUTE);
  // Whoever has been in before is counted alone: strangers use up what strangers have, and cannot shut them out.
  const device = limiter('device', 10, 15 * MINUTE);
  const keysOf = (attempt: Attempt): readonly (readonly [RateLimiterPostgres, string])[] => {
    if (attempt.device !== undefined) return [[device, digest(`${attempt.name}\0${attempt.device}`)]];
    const [name, from] = [digest(attempt.name), digest(networkOf(attempt.address))];
    return [
      [pair, `${name}${from}`],
      [account, name],
      [address, from],
    ];
  };
  return {
    async take(attempt) {
      for (const [limit, key] of keysOf(attempt)) {
        const wait = await consume(limit, key);
        // The narrowest refuses first, so that one who is shut out cannot shut out others.
        if (wait !== undefined) return wait;
      }
      return undefined;
    },
    async succeeded(attempt) {
      for (const [limit, key] of keysOf(attempt)) await (limit === address ? limit.reward(key) : limit.delete(key));
    },
  };
}

async function consume(limit: RateLimiterPostgres, key: string): Promise<number | undefined> {
  try {
    await limit.consume(key);
    return undefined;
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return refusal.msBeforeNext;
    throw refusal;
  }
}

/** Names and addresses are about people: only what they hash to is kept. */
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 32);
