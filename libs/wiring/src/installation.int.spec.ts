import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { raiseEpoch, StoreFencedError } from '#platform/event-store';
import { testDatabase, type TestDatabase } from '#testing';
import { loadConfig } from './config/config.js';
import { type Installation, openInstallation } from './installation.js';
import { readinessChecks } from './readiness.js';
import { untilEnded } from './until-stopped.js';

let database: TestDatabase;
let dataDir: string;
let installation: Installation;

beforeEach(async () => {
  database = await testDatabase([]);
  dataDir = mkdtempSync(path.join(tmpdir(), 'safar-installation-'));
  const environment = {
    SAFAR_DATABASE_URL: database.url,
    SAFAR_DATA_DIR: dataDir,
    SAFAR_READ_WAIT_TIMEOUT_MS: '1500',
  };
  installation = await openInstallation(loadConfig(environment), { program: 'test' });
});
afterEach(async () => {
  await installation.close();
  await database.drop();
  rmSync(dataDir, { recursive: true });
});

const context = { correlationId: 'a'.repeat(32), causationId: 'test' };
const visit = (id: string) => ({
  ...{ id, source: 'shop', kind: 'visit', occurredAt: '2026-03-20T10:00:00Z', data: {} },
  identifiers: [{ kind: 'customer_number', value: '12347' }],
});
const customer = 'customer_number:12347';

async function send(id: string): Promise<bigint> {
  const [result] = await installation.recordTouchpoints([visit(id)], context);
  if (result?.status !== 'accepted') throw new Error(JSON.stringify(result));
  return BigInt(result.position);
}

describe('what was known at a time', () => {
  it('is the same for ever: not answered while the read models lag, then with everything that was stored', async () => {
    installation.startProjections({ pollMs: 20 });
    const first = await send('one');
    expect(await installation.timelinePage(customer, { minPosition: first })).toMatchObject({ ok: true });
    // As a projector that hangs in the middle of a batch.
    await database.owner.query('BEGIN');
    await database.owner.query(`SELECT FROM es.consumers WHERE name = 'timeline' FOR UPDATE`);
    await send('two');
    const knownAt = Date.now();
    expect(await installation.timelinePage(customer, { knownAt })).toMatchObject({
      ok: false,
      reason: { code: 'not_caught_up' },
    });
    await database.owner.query('COMMIT');
    const known = await installation.timelinePage(customer, { knownAt });
    expect(known).toMatchObject({ ok: true, value: { data: [{ touchpointId: 'two' }, { touchpointId: 'one' }] } });
    await installation.timelinePage(customer, { minPosition: await send('three') });
    expect(await installation.timelinePage(customer, { knownAt })).toEqual(known);
  });

  it('is not answered while something of the customer is parked, and nobody else has to wait', async () => {
    installation.startProjections({ pollMs: 20 });
    const position = await send('one');
    const page = await installation.timelinePage(customer, { minPosition: position });
    if (!page.ok) throw new Error(page.reason.code);
    const knownAt = Date.now();
    const park = (key: string) =>
      database.owner.query(
        `INSERT INTO es.parked (name, version, build, lane, key, position, read_after, event_id, type, recorded_at, attempts)
         SELECT name, active_version, active_build, 0, $1, $2, 0, gen_random_uuid(), 'touchpoint.visit', now(), 3
         FROM es.projections WHERE name = 'timeline'`,
        [key, position.toString()],
      );
    await park('somebody else');
    expect(await installation.timelinePage(customer, { knownAt })).toMatchObject({ ok: true });
    await database.owner.query('DELETE FROM es.parked');
    await park(page.value.data[0]!.customerId);
    expect(await installation.timelinePage(customer, { knownAt })).toMatchObject({
      ok: false,
      reason: { code: 'not_caught_up' },
    });
  });

  it('is not told of a time that lies ahead', async () => {
    installation.startProjections({ pollMs: 20 });
    await installation.timelinePage(customer, { minPosition: await send('one') });
    expect(await installation.timelinePage(customer, { knownAt: Date.now() + 60_000 })).toMatchObject({
      ok: false,
      reason: { code: 'invalid_parameters', errors: [{ pointer: '/knownAt', code: 'in_the_future' }] },
    });
    // A clock that is a little ahead is waited for.
    expect(await installation.timelinePage(customer, { knownAt: Date.now() + 300 })).toMatchObject({ ok: true });
  });
});

describe('a position that the store has not come to', () => {
  it('is not waited for', async () => {
    installation.startProjections({ pollMs: 20 });
    const position = await send('one');
    const beyond = await installation.timelinePage(customer, { minPosition: position + 1000n });
    expect(beyond).toEqual({ ok: false, reason: { code: 'unknown_position' } });
  });
});

describe('an installation is ready to store', () => {
  const storeCheck = () =>
    readinessChecks(installation)
      .find(({ name }) => name === 'event-store')!
      .check();

  it('while an append would be stored; looking writes nothing', async () => {
    await storeCheck();
    await database.owner.query(
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$`,
    );
    await database.owner.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    // The first connections that are asked for are those that were ended.
    const said: string[] = [];
    while (!said.includes('the database takes no writes: it is a standby, or read-only') && said.length < 50)
      said.push(
        await storeCheck().then(
          () => 'ready',
          (error: Error) => error.message,
        ),
      );
    expect(said).not.toContain('ready');
    expect(said.length).toBeLessThan(50);
  });

  it('until its log has lost its end', async () => {
    await send('one');
    await database.owner.query('UPDATE es.store SET last_position = 1; DELETE FROM es.events');
    await expect(storeCheck()).rejects.toThrow(/log ends at 0/);
  });

  it('until it is fenced; then the process ends and says what to do', async () => {
    const asked = new Promise(() => undefined);
    const ended = untilEnded(asked, installation);
    await raiseEpoch(database.url);
    await expect(send('one')).rejects.toThrow(StoreFencedError);
    await expect(ended).rejects.toThrow(/epoch 2, the writer in 1.*Restart this process/);
    await expect(storeCheck()).rejects.toThrow(StoreFencedError);
  });

  it('is noticed also by a process that stores nothing', async () => {
    await raiseEpoch(database.url);
    await expect(untilEnded(new Promise(() => undefined), installation)).rejects.toThrow(StoreFencedError);
  });
});
