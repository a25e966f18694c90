import { createHash, randomUUID } from 'node:crypto';
import type pg from 'pg';
import { storeSubscription } from '#platform/consumers';
import { eventStoreMigrations, openPostgresEventStore, type EventStore } from '#platform/event-store';
import { createPool } from '#platform/postgres';
import { testDatabase, type TestDatabase } from '#testing';
import { asRead, customer, customerTotals, itemLog } from './sample-projections.conformance.js';
import { quick, until } from './test-engine.conformance.js';
import { projectionAdmin, projectionsMigrations, startProjections } from './index.js';

let database: TestDatabase;
let pool: pg.Pool;
let store: EventStore;

beforeAll(async () => {
  database = await testDatabase([...eventStoreMigrations, ...projectionsMigrations]);
  pool = createPool({ url: database.url, max: 12, applicationName: 'test' });
  store = await openPostgresEventStore({ url: database.url, applicationName: 'test' });
});
afterAll(async () => {
  await store.close();
  await pool.end();
  await database.drop();
});

/** One event of a customer, as one of many callers would append it. */
async function append(number: number): Promise<void> {
  const key = customer(number % 50);
  const event = {
    ...{ id: randomUUID(), type: 'item.added', schemaVersion: 1, key, occurredAt: 1_700_000_000_000 + number },
    ...{ data: { item: 'bag', amount: '1' }, meta: { source: '/test', correlationId: 'c', causationId: 'c' } },
  };
  const requestHash = createHash('md5').update(event.id).digest();
  const streams = [{ stream: `customer-${key}`, expect: 'any', events: [event] }] as const;
  await store.append({ appendId: randomUUID(), requestHash, streams });
}

describe('projections over the store', () => {
  it('apply each event once, while many callers append, and are what the log says', async () => {
    const parts = { pool, source: storeSubscription(store), decode: asRead };
    const projections = [itemLog, customerTotals];
    const hosts = [1, 2].map(() =>
      startProjections({ ...parts, settings: { ...quick, pollMs: 50, lanes: 3 } }, projections),
    );
    const callers = Array.from({ length: 16 }, async (_, caller) => {
      for (let number = 0; number < 60; number++) await append(caller * 60 + number);
    });
    await Promise.all(callers);
    const admin = projectionAdmin(parts, projections);
    await admin.rebuild('item-log', { lanes: 2, settings: quick });
    await until(async () => (await admin.status()).every(({ eventsBehind }) => eventsBehind === 0), 'at the head');
    await Promise.all(hosts.map((host) => host.stop()));
    expect(await admin.verify('item-log')).toMatchObject({ ok: true, rows: 960, build: 2 });
    expect(await admin.verify('customer-totals')).toMatchObject({ ok: true, rows: 50 });
  });
});
