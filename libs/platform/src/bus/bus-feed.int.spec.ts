import fc from 'fast-check';
import { type Projection, type RecordedEvent } from '#kernel';
import { type ReadFrom, storeSubscription } from '#platform/consumers';
import { type ProjectionHost, type ProjectionSettings } from '#platform/projections';
import { until } from '#testing';
import {
  added,
  broken,
  customer,
  itemLog,
  items,
  logOf,
  someHappening,
  type TestLog,
} from '../projections/sample-projections.conformance.js';
import { TestEngine } from '../projections/test-engine.conformance.js';
import { busFeed, type BusFeedParts } from './bus-feed.js';
import { type Bus } from './bus.port.js';
import { openMemoryBus, type MemoryBus, type WriteFault } from './memory/memory-bus.js';
import { relayMigrations } from './relay-migrations.js';
import { watchRelayProgress, type RelayProgress } from './relay-progress.js';
import { startRelay, type Relay } from './relay.js';
import { restartRelay } from './restart-relay.js';

const topic = 'events';

describe('read models that are fed from the bus', () => {
  let engine: TestEngine;
  let progress: RelayProgress;
  const relays: Relay[] = [];

  beforeAll(async () => {
    engine = await TestEngine.open(relayMigrations);
  });
  beforeEach(() => {
    progress = watchRelayProgress(engine.pool, topic, 5);
  });
  afterEach(forget);
  afterAll(async () => {
    await engine.close();
  });

  async function forget(): Promise<void> {
    await Promise.all(relays.splice(0).map((relay) => relay.stop()));
    await engine.forgetEverything();
    await engine.db.query('TRUNCATE es.relays');
    await progress.close();
  }

  const busOf = (partitions: number, onWrite?: () => WriteFault | undefined): MemoryBus =>
    openMemoryBus({ topics: { [topic]: partitions }, ...(onWrite && { onWrite }) });
  const relay = (log: TestLog, bus: Bus): void => {
    const settings = { pollMs: 4, backoffMs: 1, maxBackoffMs: 4, batchSize: 5 };
    relays.push(startRelay({ pool: engine.pool, source: storeSubscription(log), bus, topic, settings }));
  };
  const feed = (
    log: TestLog,
    bus: Bus,
    projections: readonly Projection[],
    { settings = {}, ...changes }: Partial<BusFeedParts> & { readonly settings?: Partial<ProjectionSettings> } = {},
  ): ProjectionHost => {
    const parts = engine.parts(log);
    const fed = busFeed({ bus, topic, source: parts.source, progress, ...changes });
    return engine.start({ ...parts, feed: fed, settings }, projections);
  };
  const atHead = (log: TestLog, projections: readonly Projection[]): Promise<void> =>
    until(() => engine.isAtHead(log, projections), 'every build at the head');
  const hashes = async (log: TestLog): Promise<readonly string[]> => {
    const verified = [];
    for (const { name } of [itemLog, items]) verified.push(await engine.admin(log).verify(name));
    expect(verified.map(({ ok }) => ok)).toEqual([true, true]);
    return verified.map(({ hash }) => hash);
  };
  const history = (length: number): TestLog =>
    logOf(...Array.from({ length }, (_, n) => added(customer(n % 9), 'کیف')));

  it('are the same, row for row and by their hash, as those that are fed from the store', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(someHappening, { minLength: 1, maxLength: 60 }),
        fc.array(fc.constantFrom<WriteFault | undefined>(undefined, undefined, 'unanswered', 'refused', 'half'), {
          maxLength: 8,
        }),
        fc.record({
          partitions: fc.integer({ min: 1, max: 6 }),
          lanes: fc.integer({ min: 1, max: 6 }),
          batchSize: fc.integer({ min: 1, max: 9 }),
        }),
        async (happenings, faults, { partitions, lanes, batchSize }) => {
          await forget();
          progress = watchRelayProgress(engine.pool, topic, 5);
          const log = logOf(...happenings.slice(0, 20));
          const coming = [...faults];
          const bus = busOf(partitions, () => coming.shift());
          relay(log, bus);
          const settings = { lanes, batchSize, fillBatchSize: batchSize };
          const host = feed(log, bus, [itemLog, items], { settings });
          bus.loseReaders();
          for (const happening of happenings.slice(20)) log.append(happening);
          await atHead(log, [itemLog, items]);
          bus.loseReaders();
          await host.stop();
          await engine.equalsTheLog(log, itemLog);
          await engine.equalsTheLog(log, items);
          const fromTheBus = await hashes(log);
          await engine.forgetEverything();
          await engine.catchUp(log, { lanes }, [itemLog, items]);
          expect(fromTheBus).toEqual(await hashes(log));
        },
      ),
      { numRuns: 15 },
    );
  });

  it('take what they read from the topic, not from the store', async () => {
    const log = history(0);
    const bus = busOf(3);
    relay(log, bus);
    let read = 0;
    const parts = engine.parts(log);
    const source = {
      ...parts.source,
      read: (...asked: Parameters<typeof parts.source.read>) => (read++, parts.source.read(...asked)),
    };
    const host = feed(log, bus, [itemLog], { source });
    await until(() => host.health().lanes.some(({ state }) => state === 'running'), 'a place in the topic');
    log.append(...history(30).events.map(({ key }) => added(key)));
    await atHead(log, [itemLog]);
    await engine.equalsTheLog(log, itemLog);
    expect(read).toBe(0);
  });

  it('say so where no relay has begun, and begin when one does', async () => {
    const log = history(5);
    const bus = busOf(2);
    const host = feed(log, bus, [items]);
    await until(() => host.health().lanes.some(({ state }) => state === 'failed'), 'failed');
    expect(host.health()).toMatchObject({ ok: false, lanes: [{ error: expect.stringMatching(/no relay/) as string }] });
    relay(log, bus);
    await atHead(log, [items]);
    await until(() => host.health().ok, 'all is well');
  });

  it('hold little of a long topic in memory, however many partitions it has', async () => {
    const log = history(600);
    const bus = busOf(12);
    relay(log, bus);
    await until(async () => (await progress.current())?.position === (await log.head()), 'relayed');
    let taken = 0;
    const openReader: Bus['openReader'] = async (...asked) => {
      const reader = await bus.openReader(...asked);
      return {
        onArrived: (listener) => {
          reader.onArrived(listener);
        },
        close: () => reader.close(),
        take: (...what) => {
          const records = reader.take(...what);
          taken += records.length;
          return records;
        },
      };
    };
    const beginning = Array.from({ length: 12 }, (_, partition) => [partition, '0', '0']);
    const { source } = engine.parts(log);
    const input = busFeed({ bus: { ...bus, openReader }, topic, source, progress })({ lane: 0, lanes: 1 });
    let from: ReadFrom = {
      position: 0n,
      cursor: JSON.stringify({ topic, generation: '1', marks: beginning }),
    };
    const given: RecordedEvent[] = [];
    while (from.position < (await log.head())) {
      const { events, upTo, cursor } = await input.read(from, 10);
      given.push(...events);
      from = { position: upTo, cursor };
      // One page of each partition on its way, and one page.
      expect(taken - given.length).toBeLessThanOrEqual(12 * 10 + 10);
    }
    await input.close();
    expect(given).toEqual(log.events);
  });

  it('halt at a record that was lost, and say so; what came before it is applied, and nothing behind it', async () => {
    const log = history(0);
    let writes = 0;
    const bus = busOf(1, () => (++writes === 2 ? 'vanished' : undefined));
    relay(log, bus);
    const host = feed(log, bus, [itemLog], { overdueMs: 60_000 });
    await until(() => host.health().lanes.some(({ state }) => state === 'running'), 'a place in the topic');
    log.append(...history(20).events.map(({ key }) => added(key)));
    await until(() => host.health().lanes.some(({ state }) => state === 'failed'), 'halted');
    expect(host.health()).toMatchObject({
      ok: false,
      lanes: [{ error: expect.stringMatching(/lost records.*from record 5 to 11/) as string }],
    });
    await until(async () => (await engine.admin(log).status())[0]?.state === 'failed', 'for everybody to see');
    expect((await engine.rows(itemLog)).size).toBe(5);

    // The remedy: a new build reads the store up to where the relay is.
    await host.stop();
    feed(log, bus, [itemLog]);
    await engine.admin(log).rebuild('item-log', { settings: { pollMs: 4 } });
    await engine.equalsTheLog(log, itemLog);
  });

  it('halt where the relay finds the place of lost records taken', async () => {
    const log = history(20);
    let writes = 0;
    const bus = busOf(1, () => (++writes === 2 ? 'lost' : undefined));
    relay(log, bus);
    await until(() => relays[0]!.health().state === 'failed', 'the relay stands still');
    const host = feed(log, bus, [itemLog]);
    await until(() => host.health().lanes.some(({ state }) => state === 'failed'), 'halted');
    expect(host.health().lanes[0]?.error).toMatch(/made anew/);
  });

  it('control: without the numbers of the relay nobody notices', async () => {
    const log = history(20);
    let writes = 0;
    const bus = busOf(1, () => (++writes === 2 ? 'vanished' : undefined));
    relay(log, bus);
    await until(async () => (await progress.current())?.position === (await log.head()), 'relayed');
    let sequence = 0;
    const records = bus
      .log(topic)[0]!
      .map((record) => ({ ...record, headers: { ...record.headers, 'relay-seq': String(++sequence) } }));
    // A topic whose records are numbered as they lie there, which is to say not at all.
    const marks = JSON.stringify([[String(sequence), String(records.length)]]);
    await Promise.all(relays.splice(0).map((one) => one.stop()));
    await engine.db.query('UPDATE es.relays SET marks = $1', [marks]);
    const unnumbered = busOf(1);
    await (await unnumbered.openWriter(topic)).write(records);
    await engine.start({ ...engine.parts(logOf()), settings: { lanes: 1 } }, [itemLog]).stop();
    await engine.db.query(`UPDATE es.consumers SET feed_cursor = $1`, [
      JSON.stringify({ topic, generation: '1', marks: [[0, '0', '0']] }),
    ]);
    const host = feed(log, unnumbered, [itemLog]);
    await atHead(log, [itemLog]);
    expect(host.health().ok).toBe(true);
    expect((await engine.rows(itemLog)).size).toBe(15);
  });

  it('halt when the end of a partition was lost, which no number shows', async () => {
    const log = history(5);
    let isLosing = false;
    const bus = busOf(1, () => (isLosing ? 'lost' : undefined));
    relay(log, bus);
    const host = feed(log, bus, [itemLog], { overdueMs: 30 });
    await atHead(log, [itemLog]);
    isLosing = true;
    log.append(added(customer(1)));
    await until(() => host.health().lanes.some(({ state }) => state === 'failed'), 'halted');
    expect(host.health().lanes[0]?.error).toMatch(/from record 5 to 6/);
  });

  it('go on from the store where the topic has forgotten what comes next', async () => {
    const log = history(8);
    const bus = busOf(2);
    relay(log, bus);
    const first = feed(log, bus, [items]);
    await atHead(log, [items]);
    await first.stop();
    log.append(...history(20).events.map(({ key }) => added(key)));
    await until(async () => (await progress.current())?.position === (await log.head()), 'relayed');
    for (const partition of [0, 1]) bus.forget(topic, partition, bus.log(topic)[partition]!.at(-1)!.offset);
    feed(log, bus, [items]);
    await atHead(log, [items]);
    await engine.equalsTheLog(log, items);
  });

  it('begin anew in a topic that was made anew, also where its partitions have the same names and other keys', async () => {
    const log = history(30);
    const settings = { lanes: 12 };
    // The first four lanes read one partition each, of the same name in both.
    const [first, second] = [busOf(6), busOf(4)];
    relay(log, first);
    const host = feed(log, first, [items], { settings });
    await atHead(log, [items]);
    await host.stop();
    await Promise.all(relays.splice(0).map((one) => one.stop()));
    await restartRelay(engine.pool, second, topic);
    log.append(...history(30).events.map(({ key }) => added(key)));
    relay(log, second);
    feed(log, second, [items], { settings });
    await atHead(log, [items]);
    await engine.equalsTheLog(log, items);
  });

  it('go from the store to the topic and back', async () => {
    const log = history(10);
    await engine.catchUp(log, { lanes: 3 }, [items]);
    const bus = busOf(6);
    relay(log, bus);
    const fed = feed(log, bus, [items], { settings: { lanes: 3 } });
    log.append(...history(10).events.map(({ key }) => added(key)));
    await atHead(log, [items]);
    await fed.stop();
    log.append(added(customer(4)));
    await engine.catchUp(log, { lanes: 3 }, [items]);
    await engine.equalsTheLog(log, items);
  });

  it('park an event that fails, and apply it when it is released', async () => {
    const log = history(12);
    log.append(broken(customer(3), 'کیف'), added(customer(3), 'lamp'));
    const bus = busOf(4);
    relay(log, bus);
    feed(log, bus, [items]);
    await atHead(log, [items]);
    await engine.equalsTheLog(log, items);
    const key = customer(3);
    expect(await engine.parked(items)).toHaveLength(2);
    const target = { key, position: (await engine.parked(items))[0]! };
    const { released } = await engine.admin(log).discard('items', target, { by: 'test', reason: 'broken' });
    expect(released).toMatchObject([{ released: 1, stillParked: 0 }]);
  });

  it('refuse a topic of another history', async () => {
    const log = history(5);
    const bus = busOf(1);
    relay(log, bus);
    await until(async () => (await progress.current())?.position === (await log.head()), 'relayed');
    await engine.db.query('UPDATE es.relays SET epoch = 7');
    const host = feed(log, bus, [items]);
    await until(() => host.health().lanes.some(({ state }) => state === 'failed'), 'failed');
    expect(host.health().lanes[0]?.error).toMatch(/another history/);
  });
});
