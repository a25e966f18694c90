import { type Pool } from 'pg';
import { type Clock } from '#kernel';
import { newToken, TOKEN_SHAPE, tokenHash } from '../token.js';

/** Half a year without a sign-in, and a browser is a stranger again. */
export const DEVICE_LIFETIME_MS = 180 * 86_400_000;
/** Browsers of one person; with one more, the one that was used longest ago is forgotten. As many as sessions. */
const DEVICES_OF_USER = 20;

/**
 * Browsers in which somebody has signed in before, each by a token in a cookie of its own (OWASP, *Slow down online guessing attacks with device
 * cookies*). A token opens nothing: it only says that a guess is not a stranger's, so that strangers cannot shut out whom they guess at.
 */
export interface Devices {
  /** The hash of the token, where this account has signed in with it; nothing for a stranger's. */
  known(token: string | undefined, userName: string): Promise<string | undefined>;
  /** After a sign-in. @returns the token that the browser is to keep: the one it has, or a new one */
  remember(userId: string, known: string | undefined): Promise<string>;
}

export const createDevices = ({ pool, clock }: { readonly pool: Pool; readonly clock: Clock }): Devices => {
  const before = (ms: number): string => new Date(clock.now() - ms).toISOString();
  return {
    async known(token, userName) {
      if (token === undefined || !TOKEN_SHAPE.test(token)) return undefined;
      const { rowCount } = await pool.query(
        `SELECT FROM access.devices d JOIN access.users u ON u.id = d.user_id
         WHERE d.token_hash = $1 AND u.name = $2 AND d.last_used_at > $3`,
        [tokenHash(token), userName, before(DEVICE_LIFETIME_MS)],
      );
      return rowCount === 1 ? tokenHash(token).toString('base64url') : undefined;
    },
    async remember(userId, known) {
      const token = known ?? newToken();
      await pool.query(
        `WITH kept AS (
           INSERT INTO access.devices (token_hash, user_id, last_used_at) VALUES ($1, $2, $3)
           ON CONFLICT (token_hash) DO UPDATE SET last_used_at = excluded.last_used_at)
         DELETE FROM access.devices WHERE user_id = $2 AND (last_used_at <= $4 OR token_hash IN (
           SELECT token_hash FROM access.devices WHERE user_id = $2 AND token_hash <> $1
           ORDER BY last_used_at DESC, token_hash OFFSET ${String(DEVICES_OF_USER - 1)})) AND token_hash <> $1`,
        [tokenHash(token), userId, before(0), before(DEVICE_LIFETIME_MS)],
      );
      return token;
    },
  };
};
