import { randomBytes, randomUUID } from 'node:crypto';
import { type Pool, type PoolClient } from 'pg';
import { type Role } from '#contracts';
import { type Clock } from '#kernel';
import { inTransaction } from '#platform/postgres';
import { type UserRow } from '../postgres/create-users.js';
import { userName } from '../user-name.js';

/** Who somebody is at an issuer. */
export interface Identity {
  readonly issuer: string;
  /** Unique there, and never given to another (OpenID Connect Core §2). */
  readonly subject: string;
  /** How they may be called here, the best first; it decides nothing. */
  readonly names: readonly unknown[];
  readonly roles: readonly Role[];
}

export interface OidcAccount {
  readonly id: string;
  readonly isNew: boolean;
  readonly isDisabled: boolean;
}

/** The account of an identity, with its roles; a new one where there is none and it has a role. */
export function accountOf(
  { pool, clock }: { readonly pool: Pool; readonly clock: Clock },
  identity: Identity,
): Promise<OidcAccount | undefined> {
  const { issuer, subject, roles } = identity;
  return inTransaction(pool, async (client) => {
    // Somebody's first two sign-ins may come together.
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 2))', [`${issuer} ${subject}`]);
    const { rows } = await client.query<UserRow>(
      `SELECT u.* FROM access.identities i JOIN access.users u ON u.id = i.user_id WHERE i.issuer = $1 AND i.subject = $2`,
      [issuer, subject],
    );
    const [known] = rows;
    if (known) {
      // Also none: what the issuer takes away is gone at once.
      await client.query('UPDATE access.users SET roles = $2 WHERE id = $1', [known.id, roles]);
      return { id: known.id, isNew: false, isDisabled: known.disabled_at !== null };
    }
    if (roles.length === 0) return undefined;
    const id = await addUser(client, identity, clock);
    await client.query('INSERT INTO access.identities (issuer, subject, user_id, created_at) VALUES ($1, $2, $3, $4)', [
      ...[issuer, subject, id, new Date(clock.now()).toISOString()],
    ]);
    return { id, isNew: true, isDisabled: false };
  });
}

/** Names are one each; who comes second gets a suffix, and nothing of the first one's. */
async function addUser(client: PoolClient, { names, roles }: Identity, clock: Clock): Promise<string> {
  const typed = names.find((name) => typeof name === 'string' && userName(name) !== undefined);
  const name = (typeof typed === 'string' ? userName(typed) : undefined) ?? 'user';
  for (const suffix of ['', `-${randomBytes(4).toString('hex')}`]) {
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO access.users (id, name, roles, created_at, created_by) VALUES ($1, $2, $3, $4, 'system:oidc')
       ON CONFLICT (name) DO NOTHING RETURNING id`,
      [randomUUID(), `${name.slice(0, 100)}${suffix}`, roles, new Date(clock.now()).toISOString()],
    );
    if (rows[0]) return rows[0].id;
  }
  throw new Error('two random suffixes were the same');
}
