import { type Pool } from 'pg';
import { createPool } from '#platform/postgres';
import { testDatabase, type TestDatabase } from '#testing';
import { type ApiKeys } from '../api-keys.port.js';
import { type AuditEntry } from '../audit-trail.port.js';
import { accessMigrations } from './access-migrations.js';
import { createApiKeys } from './create-api-keys.js';

let database: TestDatabase;
let pool: Pool;
let now: number;
let elapsedMs: number;
let keys: ApiKeys;
let audited: AuditEntry[];
const audit = (entry: AuditEntry): Promise<void> => {
  audited.push(entry);
  return Promise.resolve();
};
const another = (): ApiKeys => createApiKeys({ pool, clock: { now: () => now }, audit, elapsedMs: () => elapsedMs });

beforeAll(async () => {
  database = await testDatabase(accessMigrations);
  pool = createPool({ url: database.url, max: 4, applicationName: 'access test' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await database.owner.query('TRUNCATE access.api_keys');
  [now, elapsedMs, audited] = [Date.UTC(2026, 0, 1), 0, []];
  keys = another();
});
afterEach(() => jest.restoreAllMocks());

const shop = { name: 'web shop', scopes: ['touchpoints:write'] } as const;
const root = { kind: 'operator', id: 'cli:root' } as const;

describe('an API key', () => {
  it('says who calls and what they may do', async () => {
    const { id, key } = await keys.create(shop, root);
    expect(await keys.verify(key)).toEqual({ kind: 'key', id, ...shop });
  });

  it('of a page says whose page it is for, and may nothing else', async () => {
    const page = { name: 'shop pages', scopes: ['browser:write'], origins: ['https://shop.example'] } as const;
    const { id, key } = await keys.create(page, root);
    expect(await keys.verify(key)).toEqual({ kind: 'key', id, ...page });
    expect(await keys.find(id)).toMatchObject(page);
    expect(audited.at(-1)?.details).toEqual({ scopes: page.scopes, origins: page.origins });
    for (const wrong of [
      { ...page, scopes: ['browser:write', 'admin'] },
      { ...shop, origins: page.origins },
    ] as const)
      await expect(keys.create(wrong, root)).rejects.toThrow(RangeError);
  });

  it('works in every process as soon as it is made', async () => {
    const other = another();
    await other.verify(`safar_${'0'.repeat(12)}_${'0'.repeat(48)}`);
    expect(await other.verify((await keys.create(shop, root)).key)).toMatchObject(shop);
  });

  it('has a secret of 192 bits, of which the database holds only the hash', async () => {
    const { key } = await keys.create(shop, root);
    const secret = /^safar_[0-9a-f]{12}_([0-9a-f]{48})$/.exec(key)?.[1] ?? 'none';
    const { rows } = await database.owner.query<{ row: string }>('SELECT k::text AS row FROM access.api_keys k');
    expect(rows[0]?.row).not.toContain(secret);
    expect(rows[0]?.row).not.toContain(Buffer.from(secret).toString('hex'));
  });

  it('does not work when any character of it is another', async () => {
    const { key } = await keys.create(shop, root);
    for (let at = 0; at < key.length; at++) {
      const other = key[at] === 'a' ? 'b' : 'a';
      expect(await keys.verify(key.slice(0, at) + other + key.slice(at + 1))).toBeUndefined();
    }
    expect(await keys.verify(key)).toBeDefined();
  });

  it.each([
    '',
    'safar_',
    'safar__',
    `safar_${'a'.repeat(12)}_`,
    '\0',
    'x'.repeat(100_000),
    `safar_${'A'.repeat(12)}_${'A'.repeat(48)}`,
  ])('is nobody when it is %.30j, without asking the database', async (text) => {
    const query = jest.spyOn(pool, 'query');
    expect(await keys.verify(text)).toBeUndefined();
    expect(query).not.toHaveBeenCalled();
  });

  it('ends when it expires', async () => {
    const { key } = await keys.create({ ...shop, expiresAt: now + 1_000 }, root);
    now += 999;
    expect(await keys.verify(key)).toBeDefined();
    now += 1;
    expect(await keys.verify(key)).toBeUndefined();
  });

  it.each([
    { name: '', scopes: ['admin'] as const },
    { name: ' ', scopes: ['admin'] as const },
    { name: 'a\0b', scopes: ['admin'] as const },
    { name: 'x'.repeat(101), scopes: ['admin'] as const },
    { name: 'x', scopes: [] },
    { name: 'x', scopes: ['everything' as 'admin'] },
  ])('is not made from %j', async (request) => {
    await expect(keys.create(request, root)).rejects.toThrow(RangeError);
    expect(await keys.list()).toEqual([]);
  });
});

describe('a revoked API key', () => {
  it('stops at once where it was revoked, and within 5 seconds elsewhere', async () => {
    const { id, key } = await keys.create(shop, root);
    const other = another();
    expect(await other.verify(key)).toBeDefined();
    expect(await keys.verify(key)).toBeDefined();
    expect(await keys.revoke(id, root)).toBe(true);
    expect(await keys.verify(key)).toBeUndefined();
    elapsedMs += 5_001;
    expect(await other.verify(key)).toBeUndefined();
  });

  it('is known at once after it was verified, for as long as the database need not be asked', async () => {
    const { id, key } = await keys.create({ ...shop, expiresAt: now + 1_000 }, root);
    expect(keys.recent(key)).toBeUndefined();
    const principal = await keys.verify(key);
    expect(keys.recent(key)).toBe(principal);
    expect(keys.recent(`${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`)).toBeUndefined();
    elapsedMs = 2_001;
    expect(keys.recent(key)).toBeUndefined();
    await keys.verify(key);
    now += 1_000;
    expect(keys.recent(key)).toBeUndefined();
    now -= 1_000;
    expect(keys.recent(key)).toEqual(principal);
    await keys.revoke(id, root);
    expect(keys.recent(key)).toBeUndefined();
  });

  it('lets the old secret be known no longer than it works', async () => {
    const { id, key } = await keys.create(shop, root);
    await keys.rotate(id, root, 1_000);
    await keys.verify(key);
    expect(keys.recent(key)).toMatchObject(shop);
    now += 1_000;
    expect(keys.recent(key)).toBeUndefined();
  });

  it('stays revoked as of the first time, and cannot be rotated', async () => {
    const { id } = await keys.create(shop, root);
    await keys.revoke(id, root);
    now += 1_000;
    expect(await keys.revoke(id, root)).toBe(true);
    expect((await keys.list())[0]).toMatchObject({ revokedAt: now - 1_000 });
    expect(await keys.rotate(id, root)).toBeUndefined();
  });

  it.each(['0198f0c1-2b3c-8d4e-9f50-123456789abc', 'not a uuid', ''])('is not found under %j', async (id) => {
    expect(await keys.revoke(id, root)).toBe(false);
    expect(await keys.rotate(id, root)).toBeUndefined();
  });
});

describe('rotating an API key', () => {
  it('gives a new secret, and lets the old one work for a while', async () => {
    const { id, key } = await keys.create(shop, root);
    await keys.verify(key);
    const rotated = await keys.rotate(id, root, 60_000);
    expect(rotated).toMatchObject({ id, previousEndsAt: now + 60_000 });
    now += 59_999;
    for (const secret of [key, rotated!.key]) expect(await keys.verify(secret)).toMatchObject({ id, ...shop });
    now += 1;
    expect(await keys.verify(key)).toBeUndefined();
    expect(await keys.verify(rotated!.key)).toMatchObject({ id, ...shop });
  });

  it('ends the old secret at once where it leaked, and within 5 seconds in other processes', async () => {
    const { id, key } = await keys.create(shop, root);
    const other = another();
    await other.verify(key);
    await keys.rotate(id, root, 0);
    expect(await keys.verify(key)).toBeUndefined();
    elapsedMs += 5_000;
    expect(await other.verify(key)).toBeUndefined();
  });

  it('leaves two live secrets at most', async () => {
    const { id, key } = await keys.create(shop, root);
    const second = await keys.rotate(id, root);
    const third = await keys.rotate(id, root);
    expect(await keys.verify(key)).toBeUndefined();
    expect(await keys.verify(second!.key)).toBeDefined();
    expect(await keys.verify(third!.key)).toBeDefined();
  });

  it('lets nobody use one secret under the prefix of the other', async () => {
    const { id, key } = await keys.create(shop, root);
    const { key: second } = (await keys.rotate(id, root))!;
    const [, prefix] = key.split('_');
    const [, , secret] = second.split('_');
    expect(await keys.verify(`safar_${prefix!}_${secret!}`)).toBeUndefined();
  });

  it('is not done to an expired key, nor for longer than 30 days', async () => {
    const { id } = await keys.create({ ...shop, expiresAt: now + 1_000 }, root);
    await expect(keys.rotate(id, root, 31 * 86_400_000)).rejects.toThrow(RangeError);
    await expect(keys.rotate(id, root, NaN)).rejects.toThrow(RangeError);
    now += 1_000;
    expect(await keys.rotate(id, root)).toBeUndefined();
  });

  it('revokes both secrets when the key is revoked', async () => {
    const { id, key } = await keys.create(shop, root);
    const { key: second } = (await keys.rotate(id, root))!;
    await keys.revoke(id, root);
    for (const secret of [key, second]) expect(await keys.verify(secret)).toBeUndefined();
  });
});

describe('the audit trail', () => {
  it('says who made, rotated and revoked a key, and no secret', async () => {
    const { id, key } = await keys.create(shop, root);
    const rotated = await keys.rotate(id, root, 1_000);
    await keys.revoke(id, root);
    await keys.revoke('nobody', root);
    expect(audited.map(({ action, actor, subject }) => [action, actor.id, subject?.id])).toEqual([
      ['api_key.created', 'cli:root', id],
      ['api_key.rotated', 'cli:root', id],
      ['api_key.revoked', 'cli:root', id],
    ]);
    for (const secret of [key, rotated!.key]) expect(JSON.stringify(audited)).not.toContain(secret.split('_')[2]);
  });
});

describe('the list of API keys', () => {
  it('tells everything but the secret', async () => {
    const { id, key } = await keys.create({ ...shop, expiresAt: now + 1_000 }, root);
    await keys.verify(key);
    expect(await keys.list()).toEqual([
      {
        id,
        ...shop,
        prefix: key.split('_')[1],
        createdAt: now,
        createdBy: 'operator:cli:root',
        expiresAt: now + 1_000,
        revokedAt: undefined,
        lastUsedAt: now,
        previous: undefined,
      },
    ]);
  });

  it('tells when a key was last used, to the minute', async () => {
    const { key } = await keys.create(shop, root);
    await keys.verify(key);
    const firstUse = now;
    now += 59_000;
    elapsedMs += 59_000;
    await keys.verify(key);
    expect((await keys.list())[0]?.lastUsedAt).toBe(firstUse);
    now += 6_000;
    elapsedMs += 6_000;
    await keys.verify(key);
    expect((await keys.list())[0]?.lastUsedAt).toBe(now);
  });
});

describe('the database', () => {
  it('is asked once for a key that many requests bring, and for one that is made up', async () => {
    const { key } = await keys.create(shop, root);
    await keys.verify(key);
    elapsedMs += 5_001;
    const query = jest.spyOn(pool, 'query');
    await Promise.all(Array.from({ length: 50 }, () => keys.verify(key)));
    expect(query).toHaveBeenCalledTimes(1);
    for (let times = 0; times < 50; times++) await keys.verify(`safar_${'1'.repeat(12)}_${'1'.repeat(48)}`);
    expect(query).toHaveBeenCalledTimes(2);
  });

  it('being away is no refusal, and is not remembered', async () => {
    const { key } = await keys.create(shop, root);
    const lost = createPool({ url: database.url, max: 1, applicationName: 'access test' });
    await lost.end();
    await expect(createApiKeys({ pool: lost, clock: { now: () => now }, audit }).verify(key)).rejects.toThrow();
    await database.owner.query('REVOKE SELECT ON access.api_keys FROM safar_app');
    await expect(keys.verify(key)).rejects.toThrow('permission denied');
    await database.owner.query('GRANT SELECT ON access.api_keys TO safar_app');
    expect(await keys.verify(key)).toBeDefined();
  });

  it.each([
    'DELETE FROM access.api_keys',
    'TRUNCATE access.api_keys',
    `UPDATE access.api_keys SET scopes = '{admin}'`,
    'UPDATE access.api_keys SET expires_at = NULL',
  ])('does not let the application role: %s', async (sql) => {
    await expect(pool.query(sql)).rejects.toThrow(/permission denied/);
  });

  it('looks any number of made-up keys up with one statement at a time, and real ones among them', async () => {
    const { key } = await keys.create(shop, root);
    const query = jest.spyOn(pool, 'query');
    const madeUp = Array.from({ length: 500 }, (_, n) => `safar_${n.toString(16).padStart(12, '0')}_${'0'.repeat(48)}`);
    const other = another();
    const [real, ...found] = await Promise.all([key, ...madeUp].map((each) => other.verify(each)));
    expect(real).toMatchObject(shop);
    expect(new Set(found)).toEqual(new Set([undefined]));
    // The look-up, and when the real one was used last.
    expect(query).toHaveBeenCalledTimes(2);
  });
});
