import { randomUUID } from 'node:crypto';
import { type Pool, type PoolClient } from 'pg';
import { isRole, type Role } from '#contracts';
import { type Clock, fail, type Result, succeed } from '#kernel';
import { inTransaction } from '#platform/postgres';
import { type AuditEntry, type AuditTrail } from '../audit-trail.port.js';
import { type Actor, actorText } from '../principal.js';
import { type Sessions } from '../sessions.port.js';
import { newPassword, type Passwords } from '../sign-in/passwords.js';
import { uuidOr } from '../uuid.js';
import { userName } from '../user-name.js';
import { type IssuedPassword, type NewUser, type UserFailure, type Users, type UserView } from '../users.port.js';

export interface UserParts {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly audit: AuditTrail;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
}

/** A row of `access.users`. */
export interface UserRow {
  readonly id: string;
  readonly name: string;
  readonly password_hash: string | null;
  readonly roles: readonly string[];
  readonly created_at: Date;
  readonly created_by: string;
  readonly disabled_at: Date | null;
}

export const rolesOf = ({ roles }: { readonly roles: readonly string[] }): readonly Role[] => roles.filter(isRole);

const viewOf = (row: UserRow): UserView => ({
  id: row.id,
  name: row.name,
  roles: rolesOf(row),
  signsInBy: row.password_hash === null ? 'oidc' : 'password',
  createdAt: row.created_at.getTime(),
  createdBy: row.created_by,
  disabledAt: row.disabled_at?.getTime(),
});

export const createUsers = (parts: UserParts): Users => new PostgresUsers(parts);

class PostgresUsers implements Users {
  constructor(private readonly parts: UserParts) {}

  async add({ name: typed, roles }: NewUser, by: Actor): Promise<Result<IssuedPassword, UserFailure>> {
    const name = userName(typed);
    if (name === undefined) return fail('invalid_name');
    if (roles.length === 0 || !roles.every(isRole)) return fail('no_role');
    const password = newPassword();
    const id = randomUUID();
    const { rowCount } = await this.parts.pool.query(
      `INSERT INTO access.users (id, name, password_hash, roles, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (name) DO NOTHING`,
      [id, name, await this.parts.passwords.hash(password), [...new Set(roles)], this.#now(), actorText(by)],
    );
    if (rowCount !== 1) return fail('name_taken');
    await this.#tell('user.created', id, by, { roles });
    return succeed({ id, name, password });
  }

  async addFirst(): Promise<IssuedPassword | undefined> {
    const { rowCount } = await this.parts.pool.query('SELECT FROM access.users LIMIT 1');
    if (rowCount === 1) return undefined;
    const added = await this.add({ name: 'admin', roles: ['admin'] }, { kind: 'system', id: 'first-start' });
    return added.ok ? added.value : undefined;
  }

  async list(): Promise<readonly UserView[]> {
    const { rows } = await this.parts.pool.query<UserRow>('SELECT * FROM access.users ORDER BY created_at, id');
    return rows.map(viewOf);
  }

  async find(reference: string): Promise<UserView | undefined> {
    const { rows } = await this.parts.pool.query<UserRow>(FIND, parametersOf(reference));
    return rows[0] && viewOf(rows[0]);
  }

  async setRoles(reference: string, roles: readonly Role[], by: Actor): Promise<Result<UserView, UserFailure>> {
    if (roles.length === 0 || !roles.every(isRole)) return fail('no_role');
    const set = 'UPDATE access.users SET roles = $2 WHERE id = $1 RETURNING *';
    const changed = await this.#change(reference, [...new Set(roles)], set);
    if (changed.ok) await this.#tell('user.roles_set', changed.value.id, by, { roles });
    return changed;
  }

  async setDisabled(reference: string, disabled: boolean, by: Actor): Promise<Result<UserView, UserFailure>> {
    const at = disabled ? this.#now() : null;
    const set = 'UPDATE access.users SET disabled_at = $2 WHERE id = $1 RETURNING *';
    const changed = await this.#change(reference, at, set);
    if (!changed.ok) return changed;
    if (disabled) await this.parts.sessions.endAll(changed.value.id, by);
    await this.#tell(disabled ? 'user.disabled' : 'user.enabled', changed.value.id, by);
    return changed;
  }

  async resetPassword(reference: string, by: Actor): Promise<Result<IssuedPassword, UserFailure>> {
    const user = await this.find(reference);
    if (!user) return fail('user_not_found');
    const password = newPassword();
    await this.parts.pool.query('UPDATE access.users SET password_hash = $2 WHERE id = $1', [
      user.id,
      await this.parts.passwords.hash(password),
    ]);
    await this.parts.sessions.endAll(user.id, by);
    await this.#tell('user.password_reset', user.id, by);
    return succeed({ id: user.id, name: user.name, password });
  }

  /** One change at a time: two that each leave an admin may together leave none. */
  #change(reference: string, value: unknown, update: string): Promise<Result<UserView, UserFailure>> {
    return inTransaction(this.parts.pool, async (client) => {
      await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('safar users', 0))`);
      const { rows: found } = await client.query<UserRow>(FIND, parametersOf(reference));
      if (!found[0]) return fail('user_not_found');
      const had = await admins(client);
      const { rows } = await client.query<UserRow>(update, [found[0].id, value]);
      if (had > 0 && (await admins(client)) === 0) {
        // As it was: this transaction has nothing else to undo.
        await client.query('UPDATE access.users SET roles = $2, disabled_at = $3 WHERE id = $1', [
          found[0].id,
          found[0].roles,
          found[0].disabled_at,
        ]);
        return fail('last_admin');
      }
      return rows[0] ? succeed(viewOf(rows[0])) : fail('user_not_found');
    });
  }

  #tell(action: string, id: string, actor: Actor, details?: NonNullable<AuditEntry['details']>): Promise<void> {
    const subject = { kind: 'user', id };
    return this.parts.audit({ actor, action, subject, outcome: 'done', ...(details && { details }) });
  }

  readonly #now = (): string => new Date(this.parts.clock.now()).toISOString();
}

const FIND = 'SELECT * FROM access.users WHERE id = $1 OR name = $2';
const parametersOf = (reference: string): [string, string | undefined] => [uuidOr(reference), userName(reference)];

async function admins(client: PoolClient): Promise<number> {
  const { rowCount } = await client.query(
    `SELECT FROM access.users WHERE 'admin' = ANY (roles) AND disabled_at IS NULL AND password_hash IS NOT NULL`,
  );
  return rowCount ?? 0;
}
