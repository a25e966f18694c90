import fc from 'fast-check';
import type pg from 'pg';
import type { Projection } from '#kernel';
import { createPool } from '#platform/postgres';
import { testDatabase, type TestDatabase } from '#testing';
import { activeBuilds, listBuilds } from './builds.js';
import {
  asRead,
  crashingPool,
  customer,
  itemLog,
  items,
  sampleProjections,
  someHappening,
  storedRows,
  TestLog,
  until,
  type Crash,
  type Happening,
} from './engine.conformance.js';
import {
  eventStream,
  foldInMemory,
  projectionAdmin,
  projectionsMigrations,
  startProjections,
  storeSubscription,
  type ProjectionSettings,
} from './index.js';

/** Everything at once, nothing waited for longer than needed. */
const quick = { pollMs: 4, backoffMs: 1, maxBackoffMs: 4, poisonAttempts: 2 };

let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await testDatabase(projectionsMigrations);
  pool = createPool({ url: database.url, max: 16, applicationName: 'test' });
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function forgetEverything(): Promise<void> {
  await database.owner
    .query(`TRUNCATE es.consumers, es.parked, es.projections; DROP SCHEMA rm CASCADE; CREATE SCHEMA rm;
    GRANT USAGE, CREATE ON SCHEMA rm TO safar_app`);
}

const partsOf = (log: TestLog, over: pg.Pool = pool) => ({
  pool: over,
  source: storeSubscription(log),
  decode: asRead,
});

async function areAtHead(log: TestLog, projections: readonly Projection[]): Promise<boolean> {
  const head = await log.head();
  for (const { name } of projections) {
    const builds = await listBuilds(database.owner, name);
    if (builds.length === 0 || builds.some(({ position }) => position < head)) return false;
  }
  return true;
}

/** Runs a host until every build has applied everything. */
async function catchUp(
  log: TestLog,
  settings: Partial<ProjectionSettings>,
  projections = sampleProjections,
): Promise<void> {
  const host = startProjections({ ...partsOf(log), settings: { ...quick, ...settings } }, projections);
  try {
    await until(
      () => areAtHead(log, projections),
      `at the head: ${JSON.stringify(host.health(), (_, v: unknown) => String(v))}`,
    );
  } finally {
    await host.stop();
  }
}

async function expectTablesToEqualTheLog(log: TestLog, projections = sampleProjections): Promise<void> {
  for (const projection of projections) {
    const expected = await foldInMemory(projection, log.events);
    const known = await activeBuilds(database.owner, projection.name);
    const stored = await storedRows(database.owner, known!.active, projection);
    expect(stored).toEqual(expected.rows);
    const { rows } = await database.owner.query<{ position: string }>(
      `SELECT position FROM es.parked WHERE name = $1 AND build = $2 AND status = 'parked' ORDER BY position`,
      [projection.name, known!.active.build],
    );
    expect(rows.map(({ position }) => BigInt(position))).toEqual(expected.setAside.map(({ event }) => event.position));
  }
}

const history = (happenings: readonly Happening[]): TestLog => {
  const log = new TestLog();
  log.append(...happenings);
  return log;
};

const scripted: readonly Happening[] = [
  { type: 'item.added', key: customer(1), data: { item: 'bag', amount: '2.50' } },
  { type: 'item.added', key: customer(2), data: { item: 'bag', amount: '1' } },
  { type: 'item.added', key: customer(1), data: { item: 'lamp', amount: '010.0' } },
  { type: 'item.moved', key: customer(1), data: { from: 'bag', to: 'lamp' } },
  { type: 'item.broken', key: customer(2), data: { item: 'bag' } },
  { type: 'item.added', key: customer(2), data: { item: 'lamp', amount: '1' } },
  { type: 'item.added', key: customer(3), data: { item: 'lamp', amount: '1' } },
  { type: 'customer.erased', key: customer(1) },
  { type: 'item.added', key: customer(1), data: { item: 'bag', amount: '1' } },
  { type: 'item.removed', key: customer(3), data: { item: 'lamp' } },
];

describe('a projection', () => {
  beforeEach(forgetEverything);

  it('comes to the same rows for any history, batch size and number of lanes: live, rebuilt, in memory, verified', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(someHappening, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 60 }),
        async (happenings, batchSize, lanes, earlier) => {
          await forgetEverything();
          const log = history(happenings.slice(0, earlier));
          const settings = { batchSize, fillBatchSize: batchSize, lanes };
          await catchUp(log, settings);
          log.append(...happenings.slice(earlier));
          await catchUp(log, settings);
          await expectTablesToEqualTheLog(log);
          const admin = projectionAdmin(partsOf(log), sampleProjections);
          for (const { name } of sampleProjections) {
            await admin.rebuild(name, { lanes: (lanes % 4) + 1, settings: { ...quick, fillBatchSize: batchSize } });
            expect(await admin.verify(name, { maxRowsInMemory: 3 })).toMatchObject({ ok: true, build: 2 });
          }
          await expectTablesToEqualTheLog(log);
        },
      ),
      { numRuns: 25 },
    );
  });

  const kinds: readonly Pick<Crash, 'when' | 'forGood'>[] = [
    { when: 'before', forGood: true },
    { when: 'after', forGood: true },
    { when: 'before', forGood: false },
    { when: 'after', forGood: false },
  ];
  it.each(kinds.flatMap((kind) => [itemLog, items].map((projection) => ({ ...kind, projection }))))(
    'comes to the same rows when it is killed at any statement ($projection.name, $when, for good: $forGood)',
    async ({ projection, ...kind }) => {
      const log = history(scripted);
      let statement = 1;
      for (let reached = true; reached; statement++) {
        await forgetEverything();
        const { pool: crashing, crashed } = crashingPool(database.url, { ...kind, at: statement });
        const settings = { ...quick, batchSize: 4, fillBatchSize: 4, pollMs: 20 };
        const host = startProjections({ ...partsOf(log, crashing), settings }, [projection]);
        await until(
          async () => (crashed() && kind.forGood) || (await areAtHead(log, [projection])),
          'at the head or dead',
        );
        reached = crashed();
        await host.stop();
        await crashing.end();
        // What a dead process held comes free with time; the test does not wait for it.
        await database.owner.query(`UPDATE es.consumers SET lease_until = clock_timestamp() - interval '1 second'`);
        await catchUp(log, { batchSize: 3, fillBatchSize: 3 }, [projection]);
        await expectTablesToEqualTheLog(log, [projection]);
      }
      // Less would mean that the crashes never came to the batches.
      expect(statement).toBeGreaterThan(25);
    },
  );

  it('is the same as of a position, whenever it is asked', async () => {
    const log = history(scripted);
    const source = storeSubscription(log);
    for (const { position, recordedAt } of log.events) {
      const asOf = await foldInMemory(sampleProjections[1]!, log.events, { upTo: position });
      const read = eventStream(source, asRead, {
        after: 0n,
        upTo: await source.positionAt(recordedAt),
        reads: 'opened',
      });
      expect((await foldInMemory(sampleProjections[1]!, read)).rows).toEqual(asOf.rows);
      const prefix = history(scripted.slice(0, log.events.findIndex((event) => event.position === position) + 1));
      expect((await foldInMemory(sampleProjections[1]!, prefix.events)).rows).toEqual(asOf.rows);
    }
  });
});
