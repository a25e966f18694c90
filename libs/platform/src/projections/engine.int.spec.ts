import fc from 'fast-check';
import type { Projection } from '#kernel';
import {
  added,
  asRead,
  broken,
  crashingPool,
  customer,
  erased,
  itemLog,
  items,
  logOf,
  moved,
  quick,
  removed,
  sampleProjections,
  someHappening,
  TestEngine,
  until,
  type Crash,
  type TestLog,
} from './engine.conformance.js';
import { eventStream, foldInMemory, startProjections, storeSubscription } from './index.js';

let engine: TestEngine;

beforeAll(async () => {
  engine = await TestEngine.open();
});
beforeEach(() => engine.forgetEverything());
afterAll(() => engine.close());

async function expectTablesToEqualTheLog(log: TestLog, projections: readonly Projection[]): Promise<void> {
  for (const projection of projections) {
    const expected = await foldInMemory(projection, log.events);
    expect(await engine.rows(projection)).toEqual(expected.rows);
    expect(await engine.parked(projection)).toEqual(expected.setAside.map(({ event }) => event.position));
  }
}

const scripted = [
  added(customer(1), 'bag', '2.50'),
  added(customer(2)),
  added(customer(1), 'lamp', '010.0'),
  moved(customer(1), 'bag', 'lamp'),
  broken(customer(2)),
  added(customer(2), 'lamp'),
  added(customer(3), 'lamp'),
  erased(customer(1)),
  added(customer(1)),
  removed(customer(3), 'lamp'),
];

describe('a projection', () => {
  it('comes to the same rows for any history, batch size and number of lanes: live, rebuilt, in memory, verified', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(someHappening, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 60 }),
        async (happenings, batchSize, lanes, earlier) => {
          await engine.forgetEverything();
          const log = logOf(...happenings.slice(0, earlier));
          const settings = { batchSize, fillBatchSize: batchSize, lanes };
          await engine.catchUp(log, settings);
          log.append(...happenings.slice(earlier));
          await engine.catchUp(log, settings);
          await expectTablesToEqualTheLog(log, sampleProjections);
          const admin = engine.admin(log);
          for (const { name } of sampleProjections) {
            await admin.rebuild(name, { lanes: (lanes % 4) + 1, settings: { ...quick, fillBatchSize: batchSize } });
            expect(await admin.verify(name, { maxRowsInMemory: 3 })).toMatchObject({ ok: true, build: 2 });
          }
          await expectTablesToEqualTheLog(log, sampleProjections);
        },
      ),
      { numRuns: 25 },
    );
  });

  it.each<Crash & { readonly projection: Projection }>([
    { at: 1, when: 'before', forGood: true, projection: items },
    { at: 1, when: 'after', forGood: true, projection: items },
    { at: 1, when: 'before', forGood: false, projection: itemLog },
    { at: 1, when: 'after', forGood: false, projection: itemLog },
  ])(
    'comes to the same rows when it is killed at any statement ($projection.name, $when it, for good: $forGood)',
    async ({ projection, ...kind }) => {
      const log = logOf(...scripted);
      let statement = 1;
      for (let reached = true; reached; statement++) {
        await engine.forgetEverything();
        const { pool, crashed } = crashingPool(engine.database.url, { ...kind, at: statement });
        const settings = { ...quick, batchSize: 4, fillBatchSize: 4, pollMs: 20 };
        const host = startProjections({ ...engine.parts(log, pool), settings }, [projection]);
        const atHead = (): Promise<boolean> => engine.isAtHead(log, [projection]);
        await until(async () => (crashed() && kind.forGood) || (await atHead()), 'at the head or dead');
        reached = crashed();
        await host.stop();
        await pool.end();
        await engine.expireLeases();
        await engine.catchUp(log, { batchSize: 3, fillBatchSize: 3 }, [projection]);
        await expectTablesToEqualTheLog(log, [projection]);
      }
      // Less would mean that the crashes never came to the batches.
      expect(statement).toBeGreaterThan(25);
    },
  );

  it('is the same as of a position and a time, whenever it is asked', async () => {
    const log = logOf(...scripted);
    const source = storeSubscription(log);
    for (const [index, { position, recordedAt }] of log.events.entries()) {
      const asOf = await foldInMemory(items, log.events, { upTo: position });
      const upTo = await source.positionAt(recordedAt);
      const stream = eventStream(source, asRead, { after: 0n, upTo, reads: 'opened' });
      expect((await foldInMemory(items, stream)).rows).toEqual(asOf.rows);
      expect((await foldInMemory(items, logOf(...scripted.slice(0, index + 1)).events)).rows).toEqual(asOf.rows);
    }
  });
});
