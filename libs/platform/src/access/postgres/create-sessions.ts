import { randomUUID } from 'node:crypto';
import { type Pool } from 'pg';
import { type Clock } from '#kernel';
import { type AuditTrail } from '../audit-trail.port.js';
import { type Actor, type UserPrincipal } from '../principal.js';
import { Recent } from '../recent.js';
import {
  type BegunSession,
  type NewSession,
  type SessionLimits,
  type Sessions,
  type SessionView,
} from '../sessions.port.js';
import { newToken, TOKEN_SHAPE, tokenHash } from '../token.js';
import { uuidOr } from '../uuid.js';
import { rolesOf } from './create-users.js';

/** As of API keys. */
const CACHE = { ttlMs: 2_000, most: 10_000 };
const LAST_SEEN_MS = 60_000;
/** Browsers and machines of one person; with one more, the oldest ends. */
const SESSIONS_OF_USER = 20;
const KEPT_AFTER_END_MS = 30 * 86_400_000;

export interface SessionParts {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly audit: AuditTrail;
  readonly limits: SessionLimits;
  /** The clock that cached sessions age by; nobody can set it back. */
  readonly elapsedMs?: () => number;
}

interface SessionRow {
  readonly id: string;
  readonly user_id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly disabled_at: Date | null;
  readonly signed_in_by: SessionView['signedInBy'];
  readonly client: string;
  readonly created_at: Date;
  readonly last_seen_at: Date;
  readonly expires_at: Date;
  readonly ended_at: Date | null;
}

const COLUMNS = `s.id, s.user_id, u.name, u.roles, u.disabled_at, s.signed_in_by, s.client, s.created_at, s.last_seen_at,
  s.expires_at, s.ended_at`;
const FROM = 'access.sessions s JOIN access.users u ON u.id = s.user_id';

export const createSessions = (parts: SessionParts): Sessions => new PostgresSessions(parts);

class PostgresSessions implements Sessions {
  /** By the hash of the token; nothing there is remembered too, so that a cookie that is out of date asks once. */
  readonly #known: Recent<Promise<SessionRow | undefined>>;

  constructor(private readonly parts: SessionParts) {
    this.#known = new Recent(parts.elapsedMs ?? (() => performance.now()), CACHE);
  }

  async verify(token: string, activity: boolean): Promise<UserPrincipal | undefined> {
    if (!TOKEN_SHAPE.test(token)) return undefined;
    const hash = tokenHash(token);
    const name = hash.toString('base64url');
    const row = await (this.#known.get(name) ?? this.#load(name, hash));
    const now = this.parts.clock.now();
    if (!row || !this.#isLive(row, now)) return undefined;
    if (activity && now - row.last_seen_at.getTime() >= LAST_SEEN_MS) await this.#seen(row.id, name);
    return { kind: 'user', id: row.user_id, name: row.name, roles: rolesOf(row), sessionId: row.id };
  }

  async begin({ userId, signedInBy, client }: NewSession): Promise<BegunSession> {
    const token = newToken();
    const now = this.parts.clock.now();
    const { rows } = await this.parts.pool.query<SessionRow>(
      `WITH old AS (DELETE FROM access.sessions WHERE user_id = $3 AND expires_at < $8),
            begun AS (
              INSERT INTO access.sessions (id, token_hash, user_id, signed_in_by, client, created_at, last_seen_at, expires_at)
              VALUES ($1, $2, $3, $4, $5, $6, $6, $7) RETURNING *),
            many AS (
              UPDATE access.sessions SET ended_at = $6 WHERE ended_at IS NULL AND id IN (
                SELECT id FROM access.sessions WHERE user_id = $3 AND ended_at IS NULL AND expires_at > $6
                ORDER BY created_at DESC, id OFFSET ${String(SESSIONS_OF_USER - 1)}))
       SELECT ${COLUMNS} FROM begun s JOIN access.users u ON u.id = s.user_id`,
      [
        ...[randomUUID(), tokenHash(token), userId, signedInBy, plainLine(client), isoOf(now)],
        ...[isoOf(now + this.parts.limits.lifetimeMs), isoOf(now - KEPT_AFTER_END_MS)],
      ],
    );
    if (!rows[0]) throw new Error('the user of the session is gone');
    return { token, session: viewOf(rows[0]) };
  }

  async list(userId?: string): Promise<readonly SessionView[]> {
    const now = this.parts.clock.now();
    const { rows } = await this.parts.pool.query<SessionRow>(
      `SELECT ${COLUMNS} FROM ${FROM} WHERE s.ended_at IS NULL AND s.expires_at > $1 AND s.last_seen_at > $2
         AND u.disabled_at IS NULL AND ($3::uuid IS NULL OR s.user_id = $3) ORDER BY s.created_at DESC, s.id`,
      [isoOf(now), isoOf(now - this.parts.limits.idleTimeoutMs), userId === undefined ? null : uuidOr(userId)],
    );
    return rows.map(viewOf);
  }

  async end(id: string, by: Actor, ofUser?: string): Promise<boolean> {
    const ended = await this.#end('s.id = $2 AND ($3::uuid IS NULL OR s.user_id = $3)', [
      uuidOr(id),
      ofUser === undefined ? null : uuidOr(ofUser),
    ]);
    for (const each of ended) await this.#tell(each, by);
    return ended.length > 0;
  }

  async endAll(userId: string, by: Actor, exceptId?: string): Promise<number> {
    const ended = await this.#end('s.user_id = $2 AND s.id IS DISTINCT FROM $3::uuid', [
      uuidOr(userId),
      exceptId === undefined ? null : uuidOr(exceptId),
    ]);
    for (const each of ended) await this.#tell(each, by);
    return ended.length;
  }

  async #end(which: string, values: readonly (string | null)[]): Promise<readonly string[]> {
    const { rows } = await this.parts.pool.query<{ id: string }>(
      `UPDATE access.sessions s SET ended_at = $1 WHERE ended_at IS NULL AND expires_at > $1 AND ${which} RETURNING id`,
      [isoOf(this.parts.clock.now()), ...values],
    );
    this.#known.clear();
    return rows.map(({ id }) => id);
  }

  #isLive({ ended_at, disabled_at, expires_at, last_seen_at }: SessionRow, now: number): boolean {
    const isIdle = now - last_seen_at.getTime() >= this.parts.limits.idleTimeoutMs;
    return ended_at === null && disabled_at === null && now < expires_at.getTime() && !isIdle;
  }

  #load(name: string, hash: Buffer): Promise<SessionRow | undefined> {
    const load = this.#find(hash);
    this.#known.set(name, load);
    // The database being away is no answer, and is not remembered as one.
    load.catch(() => {
      this.#known.delete(name);
    });
    return load;
  }

  async #find(hash: Buffer): Promise<SessionRow | undefined> {
    const { rows } = await this.parts.pool.query<SessionRow>({
      name: 'access-find-session',
      text: `SELECT ${COLUMNS} FROM ${FROM} WHERE s.token_hash = $1`,
      values: [hash],
    });
    return rows[0];
  }

  async #seen(id: string, name: string): Promise<void> {
    this.#known.delete(name);
    await this.parts.pool.query('UPDATE access.sessions SET last_seen_at = greatest(last_seen_at, $2) WHERE id = $1', [
      id,
      isoOf(this.parts.clock.now()),
    ]);
  }

  #tell(id: string, actor: Actor): Promise<void> {
    return this.parts.audit({ actor, action: 'session.ended', subject: { kind: 'session', id }, outcome: 'done' });
  }
}

const viewOf = (row: SessionRow): SessionView => ({
  id: row.id,
  userId: row.user_id,
  userName: row.name,
  signedInBy: row.signed_in_by,
  client: row.client,
  createdAt: row.created_at.getTime(),
  lastSeenAt: row.last_seen_at.getTime(),
  expiresAt: row.expires_at.getTime(),
});

const isoOf = (at: number): string => new Date(at).toISOString();

/** It came in a header: one line of what PostgreSQL can hold. */
const plainLine = (text: string): string => text.replace(/\p{C}/gu, '').slice(0, 200);
