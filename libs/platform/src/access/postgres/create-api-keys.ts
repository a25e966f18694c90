import { randomUUID } from 'node:crypto';
import { type Pool } from 'pg';
import { type Clock } from '#kernel';
import { type ApiKeys, type ApiKeyView, type IssuedApiKey, type NewApiKey, type Principal } from '../api-keys.port.js';
import { newKeyText, type NewKeyText, readKeyText, sameHash } from '../key-text.js';
import { Recent } from '../recent.js';
import { isScope } from '../scopes.js';
import { apiKeyView, type ApiKeyRow } from './api-key-row.js';

/** How long a revocation by another process may go unnoticed. */
const CACHE = { ttlMs: 5_000, most: 10_000 };
/** Nobody needs to know it better, and each time is a write. */
const LAST_USED_MS = 60_000;

/**
 * API keys in `access.api_keys`. On pg and the process's own pool: three statements need no repository, and an ORM would open a
 * second pool for them.
 * @param elapsedMs the clock that cached keys age by; nobody can set it back
 */
export function createApiKeys(pool: Pool, clock: Clock, elapsedMs: () => number = () => performance.now()): ApiKeys {
  return new PostgresApiKeys(pool, clock, elapsedMs);
}

class PostgresApiKeys implements ApiKeys {
  /** By prefix. Promises, so that requests that come together ask once. */
  readonly #known: Recent<Promise<ApiKeyRow | undefined>>;
  /** Apart, so that trying made-up keys does not push out real ones. A prefix is drawn when its key is made: it cannot become known. */
  readonly #unknown: Recent<true>;

  constructor(
    private readonly pool: Pool,
    private readonly clock: Clock,
    elapsedMs: () => number,
  ) {
    this.#known = new Recent(elapsedMs, CACHE);
    this.#unknown = new Recent(elapsedMs, CACHE);
  }

  async verify(key: string): Promise<Principal | undefined> {
    const parts = readKeyText(key);
    if (!parts || this.#unknown.get(parts.prefix)) return undefined;
    const cached = this.#known.get(parts.prefix);
    const row = await (cached ?? this.#load(parts.prefix));
    if (!row || !sameHash(row.secret_hash, parts.secretHash)) return undefined;
    const now = this.clock.now();
    const view = apiKeyView(row);
    if (view.revokedAt !== undefined || (view.expiresAt !== undefined && view.expiresAt <= now)) return undefined;
    if (!cached) await this.#used(view, now);
    return { id: view.id, name: view.name, scopes: view.scopes };
  }

  async create({ name, scopes, expiresAt }: NewApiKey): Promise<IssuedApiKey> {
    if (!/^\P{C}{1,100}$/u.test(name) || name.trim() === '')
      throw new RangeError('the name of an API key has 1 to 100 characters');
    if (scopes.length === 0 || !scopes.every(isScope))
      throw new RangeError('an API key has at least one scope, of those there are');
    const id = randomUUID();
    const text = newKeyText();
    const times = [this.clock.now(), expiresAt].map((time) =>
      time === undefined ? null : new Date(time).toISOString(),
    );
    await this.pool.query(
      `INSERT INTO access.api_keys (id, name, prefix, secret_hash, scopes, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [id, name, text.prefix, text.secretHash, [...new Set(scopes)], ...times],
    );
    return { id, key: text.key };
  }

  async list(): Promise<readonly ApiKeyView[]> {
    const { rows } = await this.pool.query<ApiKeyRow>('SELECT * FROM access.api_keys ORDER BY created_at, id');
    return rows.map(apiKeyView);
  }

  async revoke(id: string): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      // As text, so that what is no UUID is not found instead of an error.
      `UPDATE access.api_keys SET revoked_at = coalesce(revoked_at, $2) WHERE id::text = lower($1)`,
      [id, this.#now()],
    );
    this.#known.clear();
    return rowCount === 1;
  }

  async rotate(id: string): Promise<IssuedApiKey | undefined> {
    const text: NewKeyText = newKeyText();
    const { rows } = await this.pool.query<{ id: string }>(
      `UPDATE access.api_keys SET prefix = $2, secret_hash = $3 WHERE id::text = lower($1) AND revoked_at IS NULL RETURNING id`,
      [id, text.prefix, text.secretHash],
    );
    this.#known.clear();
    return rows[0] && { id: rows[0].id, key: text.key };
  }

  #load(prefix: string): Promise<ApiKeyRow | undefined> {
    const load = this.#find(prefix);
    this.#known.set(prefix, load);
    return load;
  }

  async #find(prefix: string): Promise<ApiKeyRow | undefined> {
    try {
      const { rows } = await this.pool.query<ApiKeyRow>({
        name: 'access-find-key',
        text: 'SELECT * FROM access.api_keys WHERE prefix = $1',
        values: [prefix],
      });
      if (rows[0]) return rows[0];
      this.#unknown.set(prefix, true);
    } catch (error) {
      // The database being away is no answer, and is not remembered as one.
      this.#known.delete(prefix);
      throw error;
    }
    this.#known.delete(prefix);
    return undefined;
  }

  async #used({ id, lastUsedAt }: ApiKeyView, now: number): Promise<void> {
    if (lastUsedAt !== undefined && now - lastUsedAt < LAST_USED_MS) return;
    await this.pool.query('UPDATE access.api_keys SET last_used_at = greatest(last_used_at, $2) WHERE id = $1', [
      id,
      this.#now(),
    ]);
  }

  readonly #now = (): string => new Date(this.clock.now()).toISOString();
}
