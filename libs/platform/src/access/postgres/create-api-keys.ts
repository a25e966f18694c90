import { hash, randomUUID } from 'node:crypto';
import { type Pool } from 'pg';
import { isForBrowsers, isScope } from '#contracts';
import { type Clock } from '#kernel';
import { coalesced } from '#platform/coalescing';
import {
  type ApiKeys,
  type ApiKeyView,
  DEFAULT_OVERLAP_MS,
  type IssuedApiKey,
  MOST_OVERLAP_MS,
  type NewApiKey,
  type RotatedApiKey,
} from '../api-keys.port.js';
import { type AuditTrail } from '../audit-trail.port.js';
import { newKeyText, readKeyText, sameHash } from '../key-text.js';
import { type Actor, actorText, type KeyPrincipal } from '../principal.js';
import { uuidOr } from '../uuid.js';
import { Recent } from '../recent.js';
import { apiKeyView, type ApiKeyRow, hashFor, isLive } from './api-key-row.js';

/** How long a revocation by another process may go unnoticed: with the pulse of live streams, less than 5 s. */
const CACHE = { ttlMs: 2_000, most: 10_000 };
/** A key that was right, and what it was compared with. */
interface Verified {
  readonly prefix: string;
  readonly row: Promise<ApiKeyRow | undefined>;
  readonly principal: KeyPrincipal;
  /** When the key, or this secret of it, expires. */
  readonly endsAt: number;
}

/** Nobody needs to know it better, and each time is a write. */
const LAST_USED_MS = 60_000;

export interface ApiKeyParts {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly audit: AuditTrail;
  /** The clock that cached keys age by; nobody can set it back. */
  readonly elapsedMs?: () => number;
}

/**
 * API keys in `access.api_keys`. On pg and the process's own pool: a few statements need no repository, and an ORM would open a
 * second pool for them.
 */
export const createApiKeys = (parts: ApiKeyParts): ApiKeys => new PostgresApiKeys(parts);

class PostgresApiKeys implements ApiKeys {
  /** By prefix. Promises, so that requests that come together ask once. */
  readonly #known: Recent<Promise<ApiKeyRow | undefined>>;
  /** Apart, so that trying made-up keys does not push out real ones. A prefix is drawn when its key is made: it cannot become known. */
  readonly #unknown: Recent<true>;
  /** By the digest of the whole key: what was compared need not be compared again as long as the same row stands for it. */
  readonly #verified: Recent<Verified>;
  /** One statement at a time, for all whose keys are not known yet: made-up keys do not take the connections that callers need. */
  readonly #lookUp: (prefixes: readonly string[]) => Promise<ReadonlyMap<string, ApiKeyRow>>;
  readonly #pool: Pool;
  readonly #clock: Clock;
  readonly #audit: AuditTrail;

  constructor({ pool, clock, audit, elapsedMs = () => performance.now() }: ApiKeyParts) {
    this.#pool = pool;
    this.#clock = clock;
    this.#audit = audit;
    this.#known = new Recent(elapsedMs, CACHE);
    this.#unknown = new Recent(elapsedMs, CACHE);
    this.#verified = new Recent(elapsedMs, CACHE);
    this.#lookUp = coalesced((prefixes) => this.#read(prefixes));
  }

  async verify(key: string): Promise<KeyPrincipal | undefined> {
    const parts = readKeyText(key);
    if (!parts || this.#unknown.get(parts.prefix)) return undefined;
    const cached = this.#known.get(parts.prefix);
    const loading = cached ?? this.#load(parts.prefix);
    const row = await loading;
    if (!row) return undefined;
    const now = this.#clock.now();
    const expected = hashFor(row, parts.prefix, now);
    if (expected === undefined || !sameHash(expected, parts.secretHash)) return undefined;
    const view = apiKeyView(row);
    if (!isLive(view, now)) return undefined;
    if (!cached) await this.#used(view, now);
    const { id, name, scopes, origins } = view;
    const principal: KeyPrincipal = { kind: 'key', id, name, scopes, ...(origins && { origins }) };
    const ofSecret = row.prefix === parts.prefix ? undefined : view.previous?.endsAt;
    const endsAt = Math.min(view.expiresAt ?? Infinity, ofSecret ?? Infinity);
    this.#verified.set(digestOf(key), { prefix: parts.prefix, row: loading, principal, endsAt });
    return principal;
  }

  recent(key: string): KeyPrincipal | undefined {
    const verified = this.#verified.get(digestOf(key));
    // Whatever forgets the row, its age or a revocation, has forgotten this too.
    if (!verified || this.#known.get(verified.prefix) !== verified.row) return undefined;
    return this.#clock.now() < verified.endsAt ? verified.principal : undefined;
  }

  async create({ name, scopes, origins, expiresAt }: NewApiKey, by: Actor): Promise<IssuedApiKey> {
    if (!/^\P{C}{1,100}$/u.test(name) || name.trim() === '')
      throw new RangeError('the name of an API key has 1 to 100 characters');
    if (scopes.length === 0 || !scopes.every(isScope))
      throw new RangeError('an API key has at least one scope, of those there are');
    // Everybody can read such a key: whatever else it allowed, everybody might do.
    if (isForBrowsers(scopes) ? new Set(scopes).size > 1 : origins !== undefined)
      throw new RangeError('an API key for browsers has no other scope, and no other key has sites');
    if (expiresAt !== undefined && !(expiresAt > this.#clock.now()))
      throw new RangeError('an API key expires in the future');
    const id = randomUUID();
    const text = newKeyText();
    const granted = [...new Set(scopes)];
    const expires = expiresAt === undefined ? null : isoOf(expiresAt);
    await this.#pool.query(
      `INSERT INTO access.api_keys (id, name, prefix, secret_hash, scopes, created_at, expires_at, created_by, origins)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [id, name, text.prefix, text.secretHash, granted, this.#now(), expires, actorText(by), origins ?? null],
    );
    await this.#audit({
      ...entryOf('api_key.created', id, by),
      details: { scopes: granted, ...(origins && { origins }) },
    });
    return { id, key: text.key };
  }

  async list(): Promise<readonly ApiKeyView[]> {
    const { rows } = await this.#pool.query<ApiKeyRow>('SELECT * FROM access.api_keys ORDER BY created_at, id');
    return rows.map(apiKeyView);
  }

  async find(id: string): Promise<ApiKeyView | undefined> {
    const { rows } = await this.#pool.query<ApiKeyRow>('SELECT * FROM access.api_keys WHERE id = $1', [uuidOr(id)]);
    return rows[0] && apiKeyView(rows[0]);
  }

  async revoke(id: string, by: Actor): Promise<boolean> {
    const { rows } = await this.#pool.query<{ id: string }>(
      `UPDATE access.api_keys SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1 RETURNING id`,
      [uuidOr(id), this.#now()],
    );
    this.#known.clear();
    if (rows[0]) await this.#audit(entryOf('api_key.revoked', rows[0].id, by));
    return rows[0] !== undefined;
  }

  async rotate(id: string, by: Actor, overlapMs: number = DEFAULT_OVERLAP_MS): Promise<RotatedApiKey | undefined> {
    if (!(overlapMs >= 0 && overlapMs <= MOST_OVERLAP_MS))
      throw new RangeError('two secrets of an API key work beside each other for 0 to 30 days');
    const text = newKeyText();
    const now = this.#clock.now();
    const previousEndsAt = now + overlapMs;
    const { rows } = await this.#pool.query<{ id: string }>(
      `UPDATE access.api_keys SET prefix = $2, secret_hash = $3,
         previous_prefix = prefix, previous_hash = secret_hash, previous_ends_at = $4
       WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $5) RETURNING id`,
      [uuidOr(id), text.prefix, text.secretHash, isoOf(previousEndsAt), isoOf(now)],
    );
    this.#known.clear();
    if (!rows[0]) return undefined;
    await this.#audit({ ...entryOf('api_key.rotated', rows[0].id, by), details: { overlapMs } });
    return { id: rows[0].id, key: text.key, previousEndsAt };
  }

  #load(prefix: string): Promise<ApiKeyRow | undefined> {
    const load = this.#find(prefix);
    this.#known.set(prefix, load);
    return load;
  }

  async #find(prefix: string): Promise<ApiKeyRow | undefined> {
    try {
      const row = (await this.#lookUp([prefix])).get(prefix);
      if (row) return row;
      this.#unknown.set(prefix, true);
    } catch (error) {
      // The database being away is no answer, and is not remembered as one.
      this.#known.delete(prefix);
      throw error;
    }
    this.#known.delete(prefix);
    return undefined;
  }

  async #read(prefixes: readonly string[]): Promise<ReadonlyMap<string, ApiKeyRow>> {
    const { rows } = await this.#pool.query<ApiKeyRow & { readonly asked: string }>({
      name: 'access-find-keys',
      text: `SELECT a.asked, k.* FROM unnest($1::text[]) AS a(asked)
        JOIN access.api_keys k ON k.prefix = a.asked OR k.previous_prefix = a.asked`,
      values: [prefixes],
    });
    return new Map(rows.map((row) => [row.asked, row]));
  }

  async #used({ id, lastUsedAt }: ApiKeyView, now: number): Promise<void> {
    if (lastUsedAt !== undefined && now - lastUsedAt < LAST_USED_MS) return;
    await this.#pool.query('UPDATE access.api_keys SET last_used_at = greatest(last_used_at, $2) WHERE id = $1', [
      id,
      this.#now(),
    ]);
  }

  readonly #now = (): string => isoOf(this.#clock.now());
}

/** A key is kept nowhere, not even in memory for a moment longer than its request. */
const digestOf = (key: string): string => hash('sha256', key, 'base64');

const isoOf = (at: number): string => new Date(at).toISOString();

const entryOf = (action: string, id: string, actor: Actor) =>
  ({ actor, action, subject: { kind: 'api_key', id }, outcome: 'done' }) as const;
