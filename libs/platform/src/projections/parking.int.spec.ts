import type { Position, Projection } from '#kernel';
import {
  added,
  broken,
  customer,
  erased,
  itemLog,
  items,
  logOf,
  sampleProjections,
  type TestLog,
} from './sample-projections.conformance.js';
import { TestEngine, until } from './test-engine.conformance.js';
import { foldInMemory, type ProjectionAdmin } from './index.js';

let engine: TestEngine;

beforeAll(async () => {
  engine = await TestEngine.open();
});
beforeEach(() => engine.forgetEverything());
afterAll(() => engine.close());

const [ann, bob] = [customer(1), customer(2)];
const decision = { by: 'a person', reason: 'because' };

/** The items projection with its mistake mended. */
const mended: Projection = { ...items, when: { ...items.when, 'item.broken': () => undefined } };

const poisoned = (): TestLog =>
  logOf(added(ann), broken(ann), added(bob), added(ann, 'lamp'), added(bob, 'lamp'), added(ann, 'hat'));

const positionsOf = (log: TestLog, ...indexes: readonly number[]): Position[] =>
  indexes.map((index) => log.events[index]!.position);

const itemsOf = async (key: string): Promise<string[]> =>
  [...(await engine.rows(items)).values()].filter((row) => row['customer'] === key).map((row) => String(row['item']));

const adminOf = (log: TestLog, projection: Projection): ProjectionAdmin => engine.admin(log, [projection]);

describe('an event that cannot be applied', () => {
  it('is parked with the later events of its key, in order, and nobody else waits', async () => {
    const log = poisoned();
    await engine.catchUp(log, {}, [items]);
    expect(await engine.parked(items)).toEqual(positionsOf(log, 1, 3, 5));
    expect(await itemsOf(ann)).toEqual(['bag']);
    expect((await itemsOf(bob)).sort()).toEqual(['bag', 'lamp']);
    const parked = await adminOf(log, items).parked('items');
    expect(parked.map(({ attempts, error, key }) => ({ attempts, error, key }))).toEqual([
      { attempts: 2, error: 'this one does not work', key: ann },
      { attempts: 0, error: null, key: ann },
      { attempts: 0, error: null, key: ann },
    ]);
    const [status] = await adminOf(log, items).status();
    expect(status).toMatchObject({ eventsBehind: 0, parked: 3, oldestParkedAt: log.events[1]!.recordedAt });
  });

  it('keeps its key parked over restarts and batches', async () => {
    const log = poisoned();
    await engine.catchUp(log, { batchSize: 1, fillBatchSize: 1 }, [items]);
    log.append(added(ann, 'z'));
    await engine.catchUp(log, {}, [items]);
    expect(await engine.parked(items)).toEqual(positionsOf(log, 1, 3, 5, 6));
    expect(await itemsOf(ann)).toEqual(['bag']);
  });

  it('is applied in order with those behind it when it is released, while the consumer goes on', async () => {
    const log = poisoned();
    const host = engine.start(engine.parts(log), [items]);
    await until(() => engine.isAtHead(log, [items]), 'at the head');
    expect(await adminOf(log, mended).release('items', ann, decision)).toEqual([
      expect.objectContaining({ key: ann, released: 3, stillParked: 0, error: null, lane: 0 }),
    ]);
    expect(await engine.rows(items)).toEqual((await foldInMemory(mended, log.events)).rows);
    // The running consumer has learned that the key is free.
    log.append(added(ann, 'z'));
    await until(() => engine.isAtHead(log, [items]), 'at the head again');
    expect(await engine.parked(items)).toEqual([]);
    expect((await itemsOf(ann)).sort()).toEqual(['bag', 'hat', 'lamp', 'z']);
    expect(host.health().ok).toBe(true);
    const decided = await adminOf(log, items).parked('items', { decidedToo: true });
    expect(decided).toHaveLength(3);
    expect(decided[0]).toMatchObject({ status: 'released', decidedBy: 'a person', reason: 'because' });
    expect(decided[0]?.decidedAt).not.toBeNull();
  });

  it('stays parked when releasing it fails again, with one more attempt, and nothing of its key is applied', async () => {
    const log = poisoned();
    await engine.catchUp(log, {}, [items]);
    const released = await adminOf(log, items).release('items', ann, decision);
    expect(released).toEqual([
      expect.objectContaining({ released: 0, stillParked: 3, error: 'this one does not work' }),
    ]);
    expect((await adminOf(log, items).parked('items')).map(({ attempts }) => attempts)).toEqual([3, 0, 0]);
    expect(await itemsOf(ann)).toEqual(['bag']);
  });

  it('can be discarded: a decision that is kept, after which those behind it are applied', async () => {
    const log = poisoned();
    await engine.catchUp(log, {}, [items]);
    const admin = adminOf(log, items);
    const [poison] = positionsOf(log, 1);
    const outcome = await admin.discard('items', { key: ann, position: poison! }, decision);
    expect(outcome).toMatchObject({ discarded: 1, released: [{ released: 2, stillParked: 0 }] });
    expect((await itemsOf(ann)).sort()).toEqual(['bag', 'hat', 'lamp']);
    expect((await admin.parked('items', { decidedToo: true })).map(({ status }) => status)).toEqual([
      'discarded',
      'released',
      'released',
    ]);
    expect(await admin.verify('items')).toMatchObject({ ok: true, discarded: 1, parkedKeys: [] });
    // The decision holds for the version: a rebuild comes to the same rows.
    const before = await engine.rows(items);
    await admin.rebuild('items', { settings: { pollMs: 4 } });
    expect(await engine.rows(items)).toEqual(before);
    expect(await admin.verify('items')).toMatchObject({ ok: true, build: 2, discarded: 1, parkedKeys: [] });
  });

  it('can be discarded with everything behind it', async () => {
    const log = poisoned();
    await engine.catchUp(log, {}, [items]);
    expect(await adminOf(log, items).discard('items', { key: ann }, decision)).toEqual({ discarded: 3, released: [] });
    log.append(added(ann, 'z'));
    await engine.catchUp(log, {}, [items]);
    expect((await itemsOf(ann)).sort()).toEqual(['bag', 'z']);
  });

  it('does not hold up an erasure, which needs nothing of what came before', async () => {
    const log = poisoned();
    log.append(erased(ann), added(ann, 'after'));
    for (const batchSize of [1, 100]) {
      await engine.forgetEverything();
      await engine.catchUp(log, { batchSize, fillBatchSize: batchSize }, [items]);
      expect(await itemsOf(ann)).toEqual(['after']);
      expect(await engine.parked(items)).toEqual([]);
      const decided = await adminOf(log, items).parked('items', { decidedToo: true });
      expect(decided.map(({ status, decidedBy }) => `${status} by ${String(decidedBy)}`)).toEqual(
        Array(3).fill('discarded by safar'),
      );
    }
  });

  it('stops its consumer when more would be parked than may be, and goes on after a decision', async () => {
    const log = poisoned();
    const host = engine.start({ ...engine.parts(log), settings: { maxParked: 0 } }, [items]);
    await until(() => host.health().lanes.some(({ state }) => state === 'failed'), 'failed');
    expect(host.health().lanes[0]?.error).toMatch(/1 events would be parked, 0 may be; release or discard/);
    expect(host.health().ok).toBe(false);
    await until(async () => (await adminOf(log, items).status())[0]?.state === 'failed', 'failed for everybody to see');
    expect(await engine.parked(items)).toEqual([]);
    await host.stop();
    await engine.catchUp(log, {}, [mended]);
    expect(await engine.rows(items)).toEqual((await foldInMemory(mended, log.events)).rows);
  });

  it('of a busy customer holds up nobody else, until very many wait behind it', async () => {
    const log = poisoned();
    const host = engine.start({ ...engine.parts(log), settings: { maxParked: 1 } }, [items]);
    await until(() => engine.isAtHead(log, [items]), 'it is there');
    // Two wait as it is.
    log.append(...Array.from({ length: 18 }, (_, index) => added(ann, `hat ${String(index)}`)), added(bob, 'coat'));
    await until(async () => (await itemsOf(bob)).includes('coat'), 'the other has it');
    expect(host.health().ok).toBe(true);
    log.append(added(ann, 'one more'));
    await until(() => host.health().lanes.some(({ state }) => state === 'failed'), 'failed');
    expect(host.health().lanes[0]?.error).toMatch(/21 events behind them would be parked, 20 may be/);
    await host.stop();
  });

  it('is found among many when it is the table that refuses it', async () => {
    // The same key twice: an event makes a row of its own, so the second is a mistake.
    const twice: Projection = {
      ...itemLog,
      keys: ({ data }) => [[BigInt((data as { item: string }).item)]],
      when: {
        'item.added': (_row, event) => ({ ...row(event.data), customer: event.key, type: event.type, at: 0, data: {} }),
      },
    };
    const row = (data: unknown): { position: bigint } => ({ position: BigInt((data as { item: string }).item) });
    const log = logOf(...Array.from({ length: 30 }, (_, index) => added(customer(index % 7), String(index))));
    await engine.catchUp(log, {}, [twice]);
    log.append(
      ...Array.from({ length: 30 }, (_, index) => added(customer(index % 7), String(index === 11 ? 4 : 100 + index))),
    );
    await engine.catchUp(log, {}, [twice]);
    // Event 11 of the second half, and what its customer did after it: 18 and 25.
    expect(await engine.parked(twice)).toEqual(positionsOf(log, 41, 48, 55));
    expect((await adminOf(log, twice).parked('item-log'))[0]).toMatchObject({
      error: expect.stringMatching(/duplicate key/),
    });
    expect(await engine.rows(twice)).toEqual((await foldInMemory(twice, log.events)).rows);
  });

  it('is parked when its key cannot be told, its row does not fit, or it is somebody else’s', async () => {
    const value = (data: unknown): string => (data as { item: string }).item;
    const picky: Projection = {
      ...items,
      keys: ({ key, data }) => {
        if (value(data) === 'no key') throw new Error('no key');
        return [[value(data) === 'theirs' ? bob : key, 'one']];
      },
      when: {
        'item.added': (_row, { key, data }) => ({
          ...{
            customer: value(data) === 'other owner' ? bob : key,
            item: 'one',
            times: 1,
            amounts: {},
            seen_at: 0,
            big: false,
          },
          ...(value(data) === 'NUL' ? { last_amount: '\u0000' } : {}),
          ...(value(data) === 'unknown column' ? { nowhere: 1 } : {}),
          ...(value(data) === 'too big' ? { times: 2 ** 31 } : {}),
          ...(value(data) === 'no json' ? { amounts: { a: 1n } } : {}),
        }),
      },
    };
    const kinds = ['no key', 'theirs', 'other owner', 'NUL', 'unknown column', 'too big', 'no json'];
    const log = logOf(added(bob), ...kinds.map((kind, index) => added(customer(10 + index), kind)));
    await engine.catchUp(log, {}, [picky]);
    expect(await engine.parked(picky)).toEqual(log.events.slice(1).map(({ position }) => position));
    expect((await engine.rows(picky)).size).toBe(1);
    expect((await foldInMemory(picky, log.events)).setAside).toHaveLength(kinds.length);
  });

  it('is tried again first: what fails once is not parked', async () => {
    const log = poisoned();
    let failures = 1;
    const decode = (events: readonly (typeof log.events)[number][]): Promise<typeof log.events> =>
      failures-- > 0 ? Promise.reject(new Error('the key was not there yet')) : Promise.resolve([...events]);
    const host = engine.start({ ...engine.parts(log), decode }, [mended]);
    await until(() => engine.isAtHead(log, [mended]), 'at the head');
    await host.stop();
    expect(await engine.parked(mended)).toEqual([]);
  });

  it('is not what is wrong when the database or the vault is away: nothing is parked', async () => {
    const log = poisoned();
    let away = 10;
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const decode = (events: readonly (typeof log.events)[number][]): Promise<typeof log.events> =>
      away-- > 0 ? Promise.reject(refused) : Promise.resolve([...events]);
    const host = engine.start({ ...engine.parts(log), decode }, [mended]);
    await until(() => host.health().lanes.some(({ state }) => state === 'retrying'), 'retrying');
    await until(() => engine.isAtHead(log, [mended]), 'at the head');
    await host.stop();
    expect(await engine.parked(mended)).toEqual([]);
    expect(away).toBeLessThan(0);
  });

  it('leaves every projection that understands it alone', async () => {
    const log = poisoned();
    await engine.catchUp(log);
    for (const projection of sampleProjections)
      expect(await engine.rows(projection)).toEqual((await foldInMemory(projection, log.events)).rows);
  });
});
