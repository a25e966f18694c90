import pg from 'pg';
import type { Projection } from '#kernel';
import { sessionOf } from '#platform/postgres';
import {
  added,
  customer,
  customerTotals,
  itemLog,
  items,
  logOf,
} from '../projections/sample-projections.conformance.js';
import { quick, TestEngine, until } from '../projections/test-engine.conformance.js';
import { createMovedHub } from '#platform/projections';
import { createReadModels, ReadModelMissingError, type ReadModelsService } from './index.js';

let engine: TestEngine;
let pipelined: pg.Pool;
const opened: ReadModelsService[] = [];

beforeAll(async () => {
  engine = await TestEngine.open();
  pipelined = new pg.Pool({ connectionString: engine.database.url, max: 4, pipeline: true, ...sessionOf('pipelined') });
});
beforeEach(() => engine.forgetEverything());
afterEach(() => Promise.all(opened.splice(0).map((readModels) => readModels.close())));
afterAll(async () => {
  await pipelined.end();
  await engine.close();
});

function open(...options: Parameters<typeof createReadModels>): ReadModelsService {
  const readModels = createReadModels(...options);
  opened.push(readModels);
  return readModels;
}

const second: Projection = { ...itemLog, version: 2 };

describe.each(['plain', 'pipelined'])('a query (%s connections)', (kind) => {
  const pool = (): pg.Pool => (kind === 'plain' ? engine.pool : pipelined);

  it('names read models, and reads their active builds with values as they are declared', async () => {
    const log = logOf(added(customer(1), 'bag', '2.50'));
    await engine.catchUp(log);
    const rows = await open(pool()).query(
      `SELECT l.position, l.at, l.data, i.last_amount, i.amounts, i.times, i.big
       FROM {item-log} l JOIN {items} i USING (customer) WHERE customer = $1`,
      [customer(1)],
    );
    const [event] = log.events;
    expect(rows).toEqual([
      {
        ...{ position: event!.position, at: event!.recordedAt, data: { item: 'bag', amount: '2.50' } },
        ...{ last_amount: '2.50', amounts: { '2.50': 1 }, times: 1, big: true },
      },
    ]);
  });

  it('sees a promotion at once, and survives the dropping of what it read before', async () => {
    const log = logOf(added(customer(1)));
    await engine.catchUp(log, { autoPromote: false }, [itemLog]);
    const readModels = open(pool());
    const build = async (): Promise<unknown> =>
      (await readModels.query('SELECT tableoid::regclass::text AS t FROM {item-log}', []))[0];
    expect(await build()).toEqual({ t: 'rm.item_log_v1_b1' });
    for (let number = 2; number <= 5; number++) {
      await engine.admin(log, [second]).rebuild('item-log', { settings: quick });
      expect(await build()).toEqual({ t: `rm.item_log_v2_b${String(number)}` });
    }
    await engine.admin(log, [second]).rollback('item-log');
    expect(await build()).toEqual({ t: 'rm.item_log_v2_b4' });
  });

  it('says which read model is missing, and finds it when it is there', async () => {
    const readModels = open(pool());
    await expect(readModels.query('SELECT 1 FROM {item-log}', [])).rejects.toThrow(ReadModelMissingError);
    await engine.catchUp(logOf(added(customer(1))), {}, [itemLog]);
    expect(await readModels.query('SELECT 1 AS one FROM {item-log}', [])).toEqual([{ one: 1 }]);
  });

  it('fails like any query when it is wrong, and leaves the connection usable', async () => {
    await engine.catchUp(logOf(added(customer(1))), {}, [itemLog]);
    const readModels = open(pool());
    for (let time = 0; time < 30; time++)
      await expect(readModels.query('SELECT nowhere FROM {item-log}', [])).rejects.toThrow(/nowhere/);
    expect(await readModels.query('SELECT count(*) AS count FROM {item-log}', [])).toEqual([{ count: 1n }]);
  });

  it('may name no read model at all', async () => {
    expect(await open(pool()).query(`SELECT $1::text AS said, '{}'::jsonb AS nothing`, ['yes'])).toEqual([
      { said: 'yes', nothing: {} },
    ]);
  });
});

describe('waiting for a position', () => {
  it('ends when every lane has applied it', async () => {
    const log = logOf(added(customer(1)));
    await engine.catchUp(log, { lanes: 3 }, [itemLog]);
    const hub = createMovedHub();
    const readModels = open(engine.pool, { hub, pollMs: 600_000 });
    expect(await readModels.waitUntil('item-log', await log.head(), 0)).toBe(true);
    engine.start({ ...engine.parts(log), hub }, [itemLog]);
    for (let number = 2; number < 10; number++) {
      const position = log.append(added(customer(number)));
      expect(await readModels.waitUntil('item-log', position, 60_000)).toBe(true);
      expect(await readModels.query('SELECT count(*) AS count FROM {item-log}', [])).toEqual([
        { count: BigInt(number) },
      ]);
    }
  });

  it('begins before there is a read model: no projector may have started yet', async () => {
    const log = logOf(added(customer(1)));
    const readModels = open(engine.pool, { pollMs: 5 });
    expect(await readModels.waitUntil('customer-totals', await log.head(), 20)).toBe(false);
    const waiting = readModels.waitUntil('customer-totals', await log.head(), 60_000);
    await engine.catchUp(log, {}, [customerTotals]);
    expect(await waiting).toBe(true);
  });

  it('ends without it in time, and does not wait beyond its limits', async () => {
    const log = logOf(added(customer(1)));
    await engine.catchUp(log, {}, [itemLog]);
    const readModels = open(engine.pool, { maxWaiters: 2, pollMs: 5 });
    const later = (await log.head()) + 1n;
    expect(await readModels.waitUntil('item-log', later, 20)).toBe(false);
    const waiting = [1, 2, 3].map(() => readModels.waitUntil('item-log', later, 600_000));
    expect(await Promise.race(waiting)).toBe(false);
    await readModels.close();
    expect(await Promise.all(waiting)).toEqual([false, false, false]);
  });

  it('ends for all who wait, each at their own position', async () => {
    const log = logOf(added(customer(1)));
    await engine.catchUp(log, {}, [customerTotals]);
    const readModels = open(engine.pool, { pollMs: 5 });
    const head = await log.head();
    const waits = [1n, 2n, 3n].map((beyond) => readModels.waitUntil('customer-totals', head + beyond, 60_000));
    log.append(added(customer(2)), added(customer(3)), added(customer(4)));
    await engine.catchUp(log, { batchSize: 1 }, [customerTotals]);
    expect(await Promise.all(waits)).toEqual([true, true, true]);
  });

  it('hears of moves in other processes, also after its connection was lost', async () => {
    const log = logOf(added(customer(1)));
    await engine.catchUp(log, {}, [items]);
    const readModels = open(engine.pool, { listen: true });
    let heard = 0;
    readModels.onMoved('items', () => heard++);
    engine.start(engine.parts(log), [items]);
    const hears = async (): Promise<void> => {
      const before = heard;
      await until(() => {
        log.append(added(customer(1)));
        return heard > before;
      }, 'a notification');
    };
    await hears();
    await engine.db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN safar_moved'`);
    await hears();
  });
});
