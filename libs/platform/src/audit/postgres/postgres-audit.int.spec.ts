import { randomBytes, randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm, stat, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { type Pool } from 'pg';
import { createPool } from '#platform/postgres';
import { testDatabase, type TestDatabase } from '#testing';
import { type NewAuditEntry } from '../audit-log.port.js';
import { hashOf } from '../entry-hash.js';
import { auditMigrations } from './audit-migrations.js';
import { type AuditTrail, openPostgresAudit } from './open-postgres-audit.js';

let database: TestDatabase;
let pool: Pool;
let folder: string;
let checkpointFile: string;
let audit: AuditTrail;
const masterKey = { pseudonymSecret: randomBytes(32) };
const clock = { now: () => Date.UTC(2026, 0, 1) };

const open = (changes: Partial<Parameters<typeof openPostgresAudit>[0]> = {}): AuditTrail =>
  openPostgresAudit({ pool, masterKey, checkpointFile, clock, ...changes });

const erased: NewAuditEntry = {
  actor: { kind: 'key', id: '0198f0c1-2b3c-8d4e-9f50-123456789abc' },
  action: 'customer.erased',
  subject: 'customer:0198f0c1-2b3c-8d4e-9f50-000000000001',
  outcome: 'succeeded',
  details: { reason: 'customer_request', position: 17n, count: 1 },
  requestId: '4bf92f3577b34da6a3ce929d0e0e4736',
};

async function fill(count: number): Promise<void> {
  for (let index = 1; index <= count; index += 1)
    await audit.record({ ...erased, subject: `customer:${randomUUID()}`, details: { count: index } });
}

beforeAll(async () => {
  database = await testDatabase(auditMigrations);
  pool = createPool({ url: database.url, max: 6, applicationName: 'audit test' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await database.owner.query('TRUNCATE audit.entries, audit.checkpoints');
  folder = await mkdtemp(path.join(tmpdir(), 'safar-audit-'));
  checkpointFile = path.join(folder, 'audit-checkpoints.jsonl');
  audit = open();
});
afterEach(async () => {
  await audit.close();
  await rm(folder, { recursive: true });
});

describe('an entry of the audit log', () => {
  it('says who did what to whom, and how it ended', async () => {
    await audit.record(erased);
    const [entry] = await audit.list();
    expect(entry).toMatchObject({
      sequence: 1n,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      actor: erased.actor,
      action: 'customer.erased',
      subject: erased.subject,
      outcome: 'succeeded',
      details: '{"count":1,"position":"17","reason":"customer_request"}',
      requestId: erased.requestId,
      previousHash: '0'.repeat(64),
    });
  });

  it('has the hash in the database that we compute of it, with and without a request', async () => {
    await audit.record(erased);
    await audit.record({ ...erased, requestId: undefined, details: {} });
    const entries = await audit.list();
    expect(entries.map(({ hash, ...entry }) => hash === hashOf(entry))).toEqual([true, true]);
    expect(entries[1]?.previousHash).toBe(entries[0]?.hash);
  });

  it('holds nothing that a person typed', async () => {
    // A number with a space in it: a hash may have any three digits in a row.
    const canary = 'Sara Canary <sara@example.com> +98 912 345';
    await audit.record({
      actor: { kind: 'operator', id: canary },
      action: 'projection.discarded',
      subject: `customer:email:${canary}`,
      outcome: 'failed',
      details: { reason: canary, scopes: [canary, 'admin'], ...{ name: canary } },
      requestId: canary,
    });
    const { rows } = await database.owner.query<{ row: string }>('SELECT e::text AS row FROM audit.entries e');
    expect(rows[0]?.row).not.toMatch(/Canary|sara|912 345/);
    expect((await audit.list())[0]).toMatchObject({
      actor: { kind: 'operator', id: 'withheld' },
      details: '{"reason":"withheld","scopes":["withheld","admin"]}',
    });
  });

  it('has its number without a hole or a repetition, whichever of several processes writes it', async () => {
    const pools = Array.from({ length: 4 }, () =>
      createPool({ url: database.url, max: 3, applicationName: 'audit test' }),
    );
    const logs = pools.map((one) => open({ pool: one, rhythm: { everyEntries: 10, everyMs: 60_000 } }));
    await Promise.all(logs.flatMap((log) => Array.from({ length: 75 }, () => log.record(erased))));
    const entries = await audit.list();
    expect(entries.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 300 }, (_, index) => BigInt(index + 1)),
    );
    await Promise.all(logs.map((log) => log.close()));
    await Promise.all(pools.map((one) => one.end()));
    expect(await audit.verify()).toMatchObject({ ok: true, entries: 300n, signedUpTo: 300n });
  });

  it('leaves no hole when its transaction is rolled back', async () => {
    await fill(1);
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query(`SELECT audit.record('system', 'x', 'api_key.created', 'key:x', 'succeeded', '{}', NULL)`);
    await client.query('ROLLBACK');
    client.release();
    await fill(1);
    expect((await audit.list()).map(({ sequence }) => sequence)).toEqual([1n, 2n]);
  });

  it('is not written on a snapshot from before it waited', async () => {
    const client = await pool.connect();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await expect(
      client.query(`SELECT audit.record('system', 'x', 'api_key.created', 'key:x', 'succeeded', '{}', NULL)`),
    ).rejects.toThrow('READ COMMITTED');
    await client.query('ROLLBACK');
    client.release();
  });
});

describe('the list', () => {
  it('is asked for by time, actor and action, and has a limit', async () => {
    await fill(3);
    await audit.record({ ...erased, actor: { kind: 'operator', id: 'cli:sara' }, action: 'api_key.created' });
    const counted = async (filter: Parameters<AuditTrail['list']>[0]) =>
      (await audit.list(filter)).map(({ sequence }) => sequence);
    expect(await counted({ action: 'api_key.created' })).toEqual([4n]);
    expect(await counted({ actor: 'operator:cli:sara' })).toEqual([4n]);
    expect(await counted({ actor: erased.actor.id })).toEqual([1n, 2n, 3n]);
    expect(await counted({ limit: 2 })).toEqual([3n, 4n]);
    expect(await counted({ since: Date.now() + 3_600_000 })).toEqual([]);
  });
});

describe('checkpoints', () => {
  it('are written every so many entries, and at the end for the rest', async () => {
    audit = open({ rhythm: { everyEntries: 5, everyMs: 600_000 } });
    const signed = async () =>
      [...(await readFile(checkpointFile, 'utf8').catch(() => '')).matchAll(/"sequence":"(\d+)"/g)].map(
        ([, found]) => found,
      );
    await fill(5);
    while ((await signed()).length < 1) await new Promise(setImmediate);
    await fill(5);
    while ((await signed()).length < 2) await new Promise(setImmediate);
    await fill(2);
    await audit.close();
    expect(await signed()).toEqual(['5', '10', '12']);
    expect((await audit.verify()).checkpoints).toEqual({ database: 3, file: 3 });
  });

  it('are written some time after an entry', async () => {
    audit = open({ rhythm: { everyEntries: 100, everyMs: 1 } });
    await fill(1);
    while ((await readFile(checkpointFile, 'utf8').catch(() => '')) === '') await new Promise(setImmediate);
  });

  it('are tried again when they could not be written, without failing what is recorded', async () => {
    const troubles: unknown[] = [];
    const rhythm = { everyEntries: 1, everyMs: 600_000 };
    audit = open({
      rhythm,
      checkpointFile: path.join(folder, 'there', 'file'),
      onTrouble: (error) => troubles.push(error),
    });
    await appendFile(path.join(folder, 'there'), 'a file where the folder should be');
    await fill(1);
    while (troubles.length === 0) await new Promise(setImmediate);
    await unlink(path.join(folder, 'there'));
    expect(await audit.verify()).toMatchObject({ ok: true, signedUpTo: 1n, checkpoints: { database: 1, file: 1 } });
  });

  it('are for the owner of the files only', async () => {
    await fill(1);
    await audit.close();
    expect((await stat(checkpointFile)).mode & 0o777).toBe(0o600);
  });

  it('may end in the middle of a line, and stop the verifying when a line is damaged', async () => {
    await fill(1);
    await audit.close();
    await appendFile(checkpointFile, '{"sequence":"2","hash":"abc');
    expect((await audit.verify()).ok).toBe(true);
    await appendFile(checkpointFile, '"}\n');
    await expect(audit.verify()).rejects.toThrow(/Restore it from its copy/);
  });

  it('of another installation are not believed', async () => {
    const other = open({ masterKey: { pseudonymSecret: randomBytes(32) } });
    await fill(1);
    await other.record(erased);
    await other.close();
    expect((await audit.verify()).broken).toEqual({ sequence: 2n, problem: 'forged-checkpoint' });
  });
});

describe('somebody with every right in the database', () => {
  const LENGTH = 20;
  const within = fc.integer({ min: 1, max: LENGTH });
  /** Statements by a superuser, and the first entry where they must be noticed. */
  const attacks = fc.oneof(
    fc
      .record({ sequence: within, column: fc.constantFrom('actor_id', 'subject', 'outcome', 'action', 'request_id') })
      .map(({ sequence, column }) => ({
        sql: `UPDATE audit.entries SET ${column} = 'x' WHERE sequence = ${String(sequence)}`,
        first: { sequence: BigInt(sequence), problem: 'changed' },
      })),
    within.map((sequence) => ({
      sql: `UPDATE audit.entries SET at = at + interval '1 millisecond' WHERE sequence = ${String(sequence)}`,
      first: { sequence: BigInt(sequence), problem: 'changed' },
    })),
    within.map((sequence) => ({
      sql: `UPDATE audit.entries SET details = details || ' ' WHERE sequence = ${String(sequence)}`,
      first: { sequence: BigInt(sequence), problem: 'changed' },
    })),
    fc.integer({ min: 1, max: LENGTH - 1 }).map((sequence) => ({
      sql: `DELETE FROM audit.entries WHERE sequence = ${String(sequence)}`,
      first: { sequence: BigInt(sequence), problem: 'missing' },
    })),
    fc.uniqueArray(within, { minLength: 2, maxLength: 2 }).map((pair) => ({
      sql: `UPDATE audit.entries SET sequence = 1000 WHERE sequence = ${String(pair[0])};
        UPDATE audit.entries SET sequence = ${String(pair[0])} WHERE sequence = ${String(pair[1])};
        UPDATE audit.entries SET sequence = ${String(pair[1])} WHERE sequence = 1000`,
      first: { sequence: BigInt(Math.min(...pair)), problem: 'changed' },
    })),
    within.map((sequence) => ({
      sql: `UPDATE audit.entries SET sequence = sequence + 1000 WHERE sequence >= ${String(sequence)};
        UPDATE audit.entries SET sequence = sequence - 999 WHERE sequence > 1000;
        INSERT INTO audit.entries SELECT ${String(sequence)}, at, actor_kind, actor_id, action, subject, outcome, details, request_id,
          previous_hash, hash FROM audit.entries WHERE sequence <> ${String(sequence)} LIMIT 1`,
      first: { sequence: BigInt(sequence), problem: 'changed' },
    })),
    within.map((sequence) => ({
      sql: `DELETE FROM audit.entries WHERE sequence >= ${String(sequence)}; TRUNCATE audit.checkpoints`,
      first: { sequence: BigInt(sequence), problem: 'truncated' },
    })),
    // The chain made anew by the very function that makes it: every hash fits.
    within.map((sequence) => ({
      sql: `CREATE TEMP TABLE later ON COMMIT DROP AS SELECT * FROM audit.entries WHERE sequence > ${String(sequence)} ORDER BY sequence;
        DELETE FROM audit.entries WHERE sequence >= ${String(sequence)};
        SELECT audit.record('system', 'nobody', 'customer.erased', 'customer:x', 'refused', '{}', NULL);
        SELECT audit.record(actor_kind, actor_id, action, subject, outcome, details, request_id) FROM later;
        TRUNCATE audit.checkpoints`,
      first: { sequence: BigInt(Math.ceil(sequence / 5) * 5), problem: 'rewritten' },
    })),
  );

  it('is found out, each of 120 times, and where it began', async () => {
    const signed = async () =>
      (await readFile(checkpointFile, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
    audit = open({ rhythm: { everyEntries: 5, everyMs: 600_000 } });
    for (let round = 1; round <= LENGTH / 5; round += 1) {
      await fill(5);
      while ((await signed()).length < round) await new Promise(setImmediate);
    }
    await audit.close();
    const { owner } = database;
    await owner.query('CREATE TABLE public.entries_before AS SELECT * FROM audit.entries');
    await owner.query('CREATE TABLE public.checkpoints_before AS SELECT * FROM audit.checkpoints');
    await fc.assert(
      fc.asyncProperty(attacks, async ({ sql, first }) => {
        await owner.query(`BEGIN; ${sql}; COMMIT`);
        expect((await audit.verify()).broken).toEqual(first);
        await owner.query(`BEGIN; TRUNCATE audit.entries, audit.checkpoints;
          INSERT INTO audit.entries SELECT * FROM public.entries_before;
          INSERT INTO audit.checkpoints SELECT * FROM public.checkpoints_before; COMMIT`);
      }),
      { numRuns: 120, seed: 20_261_122 },
    );
    expect(await audit.verify()).toMatchObject({ ok: true, entries: BigInt(LENGTH) });
  });
});

describe('the application role', () => {
  it.each([
    `INSERT INTO audit.entries SELECT * FROM audit.entries`,
    `UPDATE audit.entries SET outcome = 'refused'`,
    'DELETE FROM audit.entries',
    'TRUNCATE audit.entries',
    'DROP TABLE audit.entries',
    `INSERT INTO audit.checkpoints SELECT * FROM audit.checkpoints`,
    `UPDATE audit.checkpoints SET sequence = 1`,
    'DELETE FROM audit.checkpoints',
    'TRUNCATE audit.checkpoints',
    'CREATE TABLE audit.mine (id bigint)',
    `CREATE OR REPLACE FUNCTION audit.rfc3339(at timestamptz) RETURNS text LANGUAGE sql AS $$ SELECT '' $$`,
  ])('may not: %s', async (sql) => {
    await expect(pool.query(sql)).rejects.toThrow(/permission denied|must be owner/);
  });

  it.each([
    ['a sentence for an actor', ['operator', 'Sara was here', 'api_key.created', 'key:x', 'succeeded', '{}', null]],
    ['an address for a subject', ['operator', 'x', 'api_key.created', 'sara@example.com', 'succeeded', '{}', null]],
    ['details that are no object', ['operator', 'x', 'api_key.created', 'key:x', 'succeeded', '[]', null]],
    [
      'details without end',
      ['operator', 'x', 'api_key.created', 'key:x', 'succeeded', `{"x":"${'y'.repeat(9_000)}"}`, null],
    ],
  ])('cannot record %s', async (_, values) => {
    await expect(pool.query('SELECT audit.record($1, $2, $3, $4, $5, $6, $7)', values)).rejects.toThrow(
      /check constraint/,
    );
    expect(await audit.list()).toEqual([]);
  });
});
