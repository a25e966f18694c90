import fc from 'fast-check';
import pg from 'pg';
import type { Projection } from '#kernel';
import { type Crash, type Plant } from '../consumers/crashing-pool.conformance.js';
import { storeSubscription } from '#platform/consumers';
import {
  added,
  asRead,
  broken,
  customer,
  erased,
  itemLog,
  items,
  logOf,
  moved,
  removed,
  sampleProjections,
  someHappening,
} from './sample-projections.conformance.js';
import { quick, TestEngine } from './test-engine.conformance.js';
import { eventStream, foldInMemory } from './index.js';

let engine: TestEngine;

beforeAll(async () => {
  engine = await TestEngine.open();
});
beforeEach(() => engine.forgetEverything());
afterAll(() => engine.close());

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
          for (const projection of sampleProjections) await engine.equalsTheLog(log, projection);
          const admin = engine.admin(log);
          for (const { name } of sampleProjections) {
            await admin.rebuild(name, { lanes: (lanes % 4) + 1, settings: { ...quick, fillBatchSize: batchSize } });
            expect(await admin.verify(name, { maxRowsInMemory: 3 })).toMatchObject({ ok: true, build: 2 });
          }
          for (const projection of sampleProjections) await engine.equalsTheLog(log, projection);
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
      while (await engine.crashAndRecover(log, projection, { ...kind, at: statement })) {
        await engine.equalsTheLog(log, projection);
        statement++;
      }
      // Less would mean that the crashes never came to the batches.
      expect(statement).toBeGreaterThan(25);
    },
  );

  describe('would be found out by this', () => {
    const log = logOf(...scripted);
    let apart: pg.Client;
    beforeAll(async () => {
      apart = new pg.Client(engine.database.url);
      await apart.connect();
    });
    afterAll(() => apart.end());

    const onItsOwn = (parameters: readonly unknown[]): Promise<unknown> => {
      const { text, values } = parameters[0] as { text: string; values: unknown[] };
      return apart.query(text, values);
    };
    const plants: readonly (Plant & { readonly mistake: string })[] = [
      {
        mistake: 'moved its checkpoint in another transaction',
        replaces: (text) => text.includes('SET position = $8'),
        instead: onItsOwn,
      },
      {
        mistake: 'wrote its rows in another transaction',
        replaces: (text) => text.includes('INSERT INTO rm.'),
        instead: onItsOwn,
      },
      {
        mistake: 'parked events in another transaction',
        replaces: (text) => text.includes('INSERT INTO es.parked') && text.includes('unnest'),
        instead: (parameters) => apart.query(String(parameters[0]), [...(parameters[1] as unknown[])]),
      },
      {
        mistake: 'went on after a write that failed',
        replaces: (text) => text.includes('INSERT INTO rm.'),
        instead: () => Promise.resolve({ rows: [], rowCount: 0 }),
      },
    ];
    it.each(plants)('if it $mistake', async (plant) => {
      let found = 0;
      // Which statement is the n-th varies a little from run to run, so one walk over all of them can step over the one that matters.
      for (let at = 1, walks = 1, reached = true; walks <= 5 && found === 0; at++) {
        if (!reached) [at, walks] = [1, walks + 1];
        const run = async (): Promise<void> => {
          const crash = { at, fromPlant: true, when: 'before', forGood: true } as const;
          reached = await engine.crashAndRecover(log, items, crash, plant);
          await engine.equalsTheLog(log, items);
        };
        await run().catch(() => {
          found++;
        });
      }
      expect(found).toBe(1);
    });
  });

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
