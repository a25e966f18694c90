import { appendFile, mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Pool } from 'pg';
import { createPool } from '#platform/postgres';
import { testDatabase, type TestDatabase } from '#testing';
import { createLocalMasterKey } from '../master-key/local-master-key.js';
import { openAll } from '../open-all.js';
import { vaultConformance, type VaultHarness } from '../vault.conformance.js';
import { type Vault } from '../vault.port.js';
import { openPostgresVault } from './open-postgres-vault.js';
import { vaultMigrations } from './vault-migrations.js';

let database: TestDatabase;
let pool: Pool;
let folder: string;
let ledgerFile: string;
const masterBytes = randomBytes(32);
const masterKey = createLocalMasterKey([masterBytes]);
const tables = ['vault.keys', 'vault.erasures'];

beforeAll(async () => {
  database = await testDatabase(vaultMigrations);
  pool = createPool({ url: database.url, max: 6, applicationName: 'vault test' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await database.owner.query(`TRUNCATE ${tables.join(', ')}`);
  folder = await mkdtemp(path.join(tmpdir(), 'safar-vault-'));
  ledgerFile = path.join(folder, 'erasures.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

const open = (elapsedMs?: () => number): Promise<Vault> =>
  openPostgresVault({
    pool,
    masterKey,
    ledgerFile,
    clock: { now: () => Date.UTC(2026, 0, 1) },
    ...(elapsedMs && { elapsedMs }),
  });

async function contents(): Promise<string[]> {
  const rows = await Promise.all(
    tables.map((table) => database.owner.query<{ row: string }>(`SELECT t::text AS row FROM ${table} t`)),
  );
  return rows.map((result) => result.rows.map(({ row }) => row).join('\n'));
}

const harness: VaultHarness = {
  open,
  backup: async () => {
    const copies = await Promise.all(
      tables.map((table) =>
        database.owner.query<{ rows: string }>(`SELECT coalesce(json_agg(t), '[]')::text AS rows FROM ${table} t`),
      ),
    );
    return async () => {
      await database.owner.query(`TRUNCATE ${tables.join(', ')}`);
      for (const [index, table] of tables.entries())
        await database.owner.query(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`, [
          copies[index]?.rows[0]?.rows,
        ]);
    };
  },
  dump: async () => (await contents()).join('\n'),
};

vaultConformance('PostgreSQL', () => harness);

async function sealFor(vault: Vault, personaId: string) {
  const eventId = randomUUID();
  const key = (await vault.currentKeys([personaId])).get(personaId)!;
  return { personaId, eventId, sealed: vault.seal(key, eventId, { name: 'Canary' }) };
}

describe('the vault in PostgreSQL', () => {
  it('stores no bytes of the master key, and keys only wrapped', async () => {
    await sealFor(await open(), randomUUID());
    const dump = await harness.dump();
    expect(dump).toContain('x01');
    expect(dump).not.toContain(masterBytes.toString('hex'));
    expect(dump).not.toContain(Buffer.from('Canary').toString('hex'));
  });

  it('leaves nothing of a destroyed key in its row', async () => {
    const vault = await open();
    const personaId = randomUUID();
    await sealFor(vault, personaId);
    await vault.destroy([personaId]);
    const { rows } = await database.owner.query('SELECT wrapped_key, destroyed_at FROM vault.keys');
    expect(rows).toEqual([{ wrapped_key: null, destroyed_at: new Date(Date.UTC(2026, 0, 1)) }]);
  });

  it('does not open a wrapped key that was moved to another persona', async () => {
    const [victim, attacker] = [randomUUID(), randomUUID()];
    const vault = await open();
    await sealFor(vault, victim);
    await sealFor(vault, attacker);
    await database.owner.query(
      `UPDATE vault.keys SET wrapped_key = (SELECT wrapped_key FROM vault.keys WHERE persona_id = $1) WHERE persona_id = $2`,
      [victim, attacker],
    );
    const fresh = await open();
    await expect(fresh.currentKeys([attacker])).rejects.toThrow(/does not open with the master key/);
    expect((await fresh.currentKeys([victim])).size).toBe(1);
  });

  it('destroys a key again whose row alone was put back, and asks for its stream to be closed again', async () => {
    const vault = await open();
    const one = await sealFor(vault, randomUUID());
    const { rows } = await database.owner.query<{ wrapped_key: Buffer }>('SELECT wrapped_key FROM vault.keys');
    await vault.destroy([one.personaId]);
    await vault.completeErasures(await vault.pendingErasures());
    await database.owner.query('UPDATE vault.keys SET wrapped_key = $1, destroyed_at = NULL', [rows[0]?.wrapped_key]);
    const next = await open();
    expect(await openAll(next, [one])).toEqual([{ status: 'erased' }]);
    expect(await next.pendingErasures()).toEqual([{ personaId: one.personaId, incarnation: 1 }]);
  });

  it('lets processes make keys of the same personas in any order without waiting for each other for ever', async () => {
    const [one, two] = [await open(), await open()];
    for (let round = 0; round < 5; round++) {
      const personaIds = Array.from({ length: 800 }, () => randomUUID());
      const keys = await Promise.all([one.currentKeys(personaIds), two.currentKeys([...personaIds].reverse())]);
      expect(keys.map((made) => made.size)).toEqual([800, 800]);
    }
  });

  it('makes the keys of a burst of new personas with one statement', async () => {
    const vault = await open();
    const query = jest.spyOn(pool, 'query');
    await Promise.all(Array.from({ length: 64 }, () => vault.currentKeys([randomUUID()])));
    expect(query).toHaveBeenCalledTimes(1);
    query.mockRestore();
  });

  it('survives the death of its process between ledger and database', async () => {
    const vault = await open();
    const one = await sealFor(vault, randomUUID());
    // The database goes away after the ledger was written.
    await database.owner.query('REVOKE EXECUTE ON FUNCTION vault.destroy_keys FROM safar_app');
    await expect(vault.destroy([one.personaId])).rejects.toThrow('permission denied');
    await database.owner.query('GRANT EXECUTE ON FUNCTION vault.destroy_keys TO safar_app');
    expect(await openAll(vault, [one])).toMatchObject([{ status: 'opened' }]);
    const next = await open();
    expect(await openAll(next, [one])).toEqual([{ status: 'erased' }]);
    expect(await next.pendingErasures()).toEqual([{ personaId: one.personaId, incarnation: 1 }]);
  });
});

describe('the erasure ledger file', () => {
  it('is readable by its owner only, and names keys by pseudonym and time', async () => {
    const vault = await open();
    const personaId = randomUUID();
    await sealFor(vault, personaId);
    await vault.destroy([personaId]);
    const lines = (await readFile(ledgerFile, 'utf8')).split('\n').filter((line) => line !== '');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      { personaId, incarnation: 1, at: '2026-01-01T00:00:00.000Z' },
    ]);
  });

  it('may end in the middle of a line, and goes on after it', async () => {
    const vault = await open();
    const [one, other] = [await sealFor(vault, randomUUID()), await sealFor(vault, randomUUID())];
    await vault.destroy([one.personaId]);
    await appendFile(ledgerFile, `{"personaId":"${other.personaId.slice(0, 9)}`);
    const next = await open();
    expect(await openAll(next, [one, other])).toEqual([
      { status: 'erased' },
      { status: 'opened', personal: { name: 'Canary' } },
    ]);
    await next.destroy([other.personaId]);
    await database.owner.query(`TRUNCATE vault.keys, vault.erasures`);
    expect(await openAll(await open(), [one, other])).toEqual([{ status: 'erased' }, { status: 'erased' }]);
  });

  it('refuses to start with a damaged line, rather than to leave an erasure out', async () => {
    await writeFile(ledgerFile, `{"personaId":"damaged","incarnation":1,"at":"2026-01-01T00:00:00.000Z"}\n`);
    await expect(open()).rejects.toThrow(/erasure ledger .* Restore the file from its copy/);
  });

  it('is written again from the database when it is lost', async () => {
    const vault = await open();
    const one = await sealFor(vault, randomUUID());
    const restore = await harness.backup();
    await vault.destroy([one.personaId]);
    await unlink(ledgerFile);
    await open();
    await restore();
    expect(await openAll(await open(), [one])).toEqual([{ status: 'erased' }]);
  });
});

it('reads keys by a plan that is made once, and not by a function that makes one at each call', async () => {
  const asked = `EXPLAIN SELECT * FROM vault.latest_keys(ARRAY['${randomUUID()}']::uuid[])`;
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>(asked);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('on keys');
  expect(plan).not.toContain('on latest_keys');
});

describe('the application role', () => {
  it.each([
    `INSERT INTO vault.keys (persona_id, incarnation, wrapped_key, created_at) VALUES (gen_random_uuid(), 1, '\\x00', now())`,
    `UPDATE vault.keys SET wrapped_key = '\\x00', destroyed_at = NULL`,
    'DELETE FROM vault.keys',
    'TRUNCATE vault.keys',
    'DELETE FROM vault.erasures',
    'UPDATE vault.erasures SET done_at = now()',
    `UPDATE vault.master_keys SET key_id = 'mine'`,
    'DELETE FROM vault.master_keys',
    'CREATE TABLE vault.mine (id bigint)',
  ])('may not: %s', async (sql) => {
    await expect(pool.query(sql)).rejects.toThrow(/permission denied/);
  });
});
