import type pg from 'pg';
import fc from 'fast-check';
import { partitionOf, type RecordedEvent } from '#kernel';
import { eventStoreMigrations } from '#platform/event-store';
import { createPool } from '#platform/postgres';
import { OTHER_EPOCH, storeSubscription } from '#platform/consumers';
import { testDatabase, until, type TestDatabase } from '#testing';
import { added, customer, logOf, someHappening, type TestLog } from '../projections/sample-projections.conformance.js';
import { type Bus } from './bus.port.js';
import { eventOf, sequenceOf } from './event-records.js';
import { openMemoryBus, type MemoryBus, type WriteFault } from './memory/memory-bus.js';
import {
  acquireRelayLease,
  moveRelay,
  relayCheckpoint,
  RelayLeaseLostError,
  renewRelayLease,
  type RelayClaim,
  type RelayLease,
} from './relay-checkpoint.js';
import { relayMigrations } from './relay-migrations.js';
import { restartRelay } from './restart-relay.js';
import { startRelay, type Relay, type RelaySettings } from './relay.js';

const topic = 'events';
const quick = { pollMs: 4, backoffMs: 1, maxBackoffMs: 4, batchSize: 5 };

describe('the relay', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  const relays: Relay[] = [];

  beforeAll(async () => {
    database = await testDatabase([...eventStoreMigrations, ...relayMigrations]);
    pool = createPool({ url: database.url, max: 4, applicationName: 'test' });
  });
  afterEach(async () => {
    await Promise.all(relays.splice(0).map((relay) => relay.stop()));
    await database.owner.query('TRUNCATE es.relays; UPDATE es.store SET epoch = 1');
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const start = (log: TestLog, bus: Bus, settings: Partial<RelaySettings> = {}): Relay => {
    const relay = startRelay({ pool, source: storeSubscription(log), bus, topic, settings: { ...quick, ...settings } });
    relays.push(relay);
    return relay;
  };
  const relayed = (log: TestLog): Promise<void> =>
    until(async () => (await relayCheckpoint(pool, topic))?.position === (await log.head()), 'everything relayed');
  const busOf = (partitions: number, onWrite?: () => WriteFault | undefined): MemoryBus =>
    openMemoryBus({ topics: { [topic]: partitions }, ...(onWrite && { onWrite }) });
  const leased = async (claim: RelayClaim): Promise<RelayLease> => {
    const lease = await acquireRelayLease(pool, claim);
    if (typeof lease === 'string') throw new Error(lease);
    return lease;
  };
  const expire = (): Promise<unknown> =>
    pool.query(`UPDATE es.relays SET lease_until = clock_timestamp() - interval '1 second'`);

  /** Of each partition, what a reader makes of it that passes over what it has seen. */
  const deduplicated = (bus: MemoryBus): RecordedEvent[][] =>
    bus.log(topic).map((records) => {
      const events: RecordedEvent[] = [];
      for (const record of records) {
        const sequence = Number(sequenceOf(record));
        expect(sequence).toBeLessThanOrEqual(events.length + 1);
        const event = eventOf(record);
        if (sequence === events.length + 1) events.push(event);
        // The same number is the same event, however often it was sent.
        else expect(event).toEqual(events[sequence - 1]);
      }
      return events;
    });
  const partitionsOf = (log: TestLog, count: number): RecordedEvent[][] =>
    Array.from({ length: count }, (_, partition) =>
      log.events.filter(({ key }) => partitionOf(key, count) === partition),
    );

  it('carries every event to the partition of its key, in the order of the store, numbered without holes', async () => {
    const log = logOf(...Array.from({ length: 40 }, (_, n) => added(customer(n % 7), 'کیف')));
    const bus = busOf(3);
    start(log, bus);
    await relayed(log);
    log.append(added(customer(3)));
    await relayed(log);
    expect(deduplicated(bus)).toEqual(partitionsOf(log, 3));
    expect(bus.log(topic).flat()).toHaveLength(41);
    const { headers, key, value } = bus.log(topic).flat()[0]!;
    expect({ headers, key, value: JSON.parse(value) as unknown }).toMatchSnapshot();
  });

  it('loses nothing and mixes nothing up, whatever becomes of its writes and of itself', async () => {
    const fault = fc.constantFrom<WriteFault | undefined>(
      undefined,
      undefined,
      undefined,
      'unanswered',
      'refused',
      'half',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(someHappening, { minLength: 1, maxLength: 60 }),
        fc.array(fault, { maxLength: 12 }),
        fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 3 }),
        fc.integer({ min: 1, max: 4 }),
        async (happenings, faults, restarts, partitions) => {
          await database.owner.query('TRUNCATE es.relays');
          const log = logOf(...happenings);
          const coming = [...faults];
          let writes = 0;
          const bus = busOf(partitions, () => {
            writes++;
            return coming.shift();
          });
          for (const after of restarts) {
            const relay = start(log, bus, { batchSize: 3 });
            const until_ = writes + after;
            await until(
              async () => writes >= until_ || (await relayCheckpoint(pool, topic))?.position === (await log.head()),
              'some writes',
            );
            await relay.stop();
          }
          const last = start(log, bus, { batchSize: 4 });
          await relayed(log);
          await last.stop();
          expect(deduplicated(bus)).toEqual(partitionsOf(log, partitions));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('stops where another one has taken over, and what it had in flight is only there twice', async () => {
    const log = logOf(...Array.from({ length: 12 }, (_, n) => added(customer(n))));
    const bus = busOf(2);
    let letGo = (): void => undefined;
    const frozen: Bus = {
      ...bus,
      openWriter: async (name) => {
        const writer = await bus.openWriter(name);
        return {
          write: async (records) => {
            await new Promise<void>((resolve) => (letGo = resolve));
            return writer.write(records);
          },
          close: () => writer.close(),
        };
      },
    };
    const zombie = start(log, frozen, { leaseMs: 60_000 });
    await until(async () => (await pool.query('SELECT FROM es.relays WHERE owner IS NOT NULL')).rowCount === 1, 'held');
    const waiting = start(log, bus, { leaseMs: 60_000 });
    await until(() => waiting.health().state === 'standby', 'waits');
    expect(bus.log(topic).flat()).toEqual([]);
    await expire();
    await relayed(log);
    letGo();
    await until(() => zombie.health().state === 'standby', 'noticed');
    expect(bus.log(topic).flat().length).toBeGreaterThan(12);
    expect(deduplicated(bus)).toEqual(partitionsOf(log, 2));
  });

  it('sends what one partition can take at once, and no more', async () => {
    const big = 'x'.repeat(3_000);
    const log = logOf(...Array.from({ length: 9 }, () => added(customer(1), big)));
    const sizes: number[] = [];
    const bus = busOf(1);
    const counting: Bus = {
      ...bus,
      openWriter: async (name) => {
        const writer = await bus.openWriter(name);
        return {
          write: (records) => {
            sizes.push(records.length);
            return writer.write(records);
          },
          close: () => writer.close(),
        };
      },
    };
    start(log, counting, { batchSize: 100, partitionBytes: 12_000 });
    await relayed(log);
    expect(sizes).toEqual([3, 3, 3]);
  });

  it.each<readonly [string, (log: TestLog, bus: MemoryBus) => { log: TestLog; bus: MemoryBus }, RegExp]>([
    ['a shorter topic', (log) => ({ log, bus: busOf(2) }), /ends at 0.*was acknowledged.*safar kafka restart/],
    ['other partitions', (log) => ({ log, bus: busOf(3) }), /has 3 partitions and had 2/],
    ['another epoch', (log, bus) => ({ log: Object.assign(log, { epoch: 2n }), bus }), /another history/],
    ['a shorter store', (_log, bus) => ({ log: logOf(), bus }), /another history/],
  ])('refuses to go on with %s, and says what to do', async (_what, change, problem) => {
    const log = logOf(added(customer(1)), added(customer(2)));
    const bus = busOf(2);
    await Promise.all([relayed(log), start(log, bus)]);
    await relays.pop()?.stop();
    const changed = change(log, bus);
    await database.owner.query('UPDATE es.store SET epoch = $1', [changed.log.epoch]);
    const relay = start(changed.log, changed.bus);
    await until(() => relay.health().state === 'failed', 'failed');
    expect(relay.health()).toMatchObject({ behind: true, error: expect.stringMatching(problem) as unknown });
    await until(async () => (await pool.query('SELECT FROM es.relays WHERE error IS NOT NULL')).rowCount === 1, 'told');
  });

  it('does not count from one again where records are and nothing is known of them', async () => {
    const bus = busOf(2);
    const before = logOf(added(customer(1)), added(customer(2)));
    await Promise.all([relayed(before), start(before, bus)]);
    await relays.pop()?.stop();
    const records = bus.log(topic).flat();
    await database.owner.query('TRUNCATE es.relays');
    const relay = start(logOf(added(customer(1), 'other'), added(customer(2), 'other')), bus);
    await until(() => relay.health().state === 'failed', 'failed');
    expect(relay.health().error).toMatch(/holds records.*safar kafka restart/);
    expect(bus.log(topic).flat()).toEqual(records);
    expect(await relayCheckpoint(pool, topic)).toBeUndefined();
  });

  it.each(['read', 'ends', 'write'] as const)(
    'is behind while a %s does not settle, after it was idle',
    async (hung) => {
      const log = logOf(added(customer(1)));
      const bus = busOf(1);
      let hangs = false;
      let letGo = (): void => undefined;
      const gate = (): Promise<void> => (hangs ? new Promise((resolve) => (letGo = resolve)) : Promise.resolve());
      const source = storeSubscription(log);
      const held: Bus = {
        ...bus,
        ends: (name) => (hung === 'ends' ? gate() : Promise.resolve()).then(() => bus.ends(name)),
        openWriter: async (name) => {
          const writer = await bus.openWriter(name);
          return {
            write: (records) => (hung === 'write' ? gate() : Promise.resolve()).then(() => writer.write(records)),
            close: () => writer.close(),
          };
        },
      };
      const read: typeof source.read = (after, limit) =>
        (hung === 'read' ? gate() : Promise.resolve()).then(() => source.read(after, limit));
      // It asks for the ends as long as another one works.
      if (hung === 'ends') await Promise.all([relayed(log), start(log, bus)]);
      const relay = startRelay({ pool, source: { ...source, read }, bus: held, topic, settings: quick });
      relays.push(relay);
      await until(() => !relay.health().behind, 'idle');
      hangs = true;
      log.append(added(customer(1)));
      await new Promise((resolve) => setTimeout(resolve, 30));
      const { behind } = relay.health();
      hangs = false;
      letGo();
      expect(behind).toBe(true);
      await relayed(log);
      await until(() => !relay.health().behind, 'idle again');
    },
  );

  it('goes no further where the topic was made anew under it, not even after a restart', async () => {
    const log = logOf(...Array.from({ length: 4 }, () => added(customer(1))));
    let bus = busOf(1);
    const writers: Bus = {
      ...bus,
      ends: (name) => bus.ends(name),
      openWriter: () =>
        Promise.resolve({
          write: async (records) => (await bus.openWriter(topic)).write(records),
          close: () => Promise.resolve(),
        }),
    };
    const idle = start(log, writers);
    await relayed(log);
    bus = busOf(1);
    log.append(...Array.from({ length: 5 }, () => added(customer(1))));
    await until(() => idle.health().state === 'failed', 'failed');
    expect(idle.health().error).toMatch(/made anew or cut short.*safar kafka restart/);
    await relays.pop()?.stop();
    const later = start(log, writers);
    await until(() => later.health().state === 'failed', 'failed again');
    expect((await relayCheckpoint(pool, topic))?.marks).toEqual([{ sequence: 4n, next: 4n }]);
    expect(bus.log(topic).flat()).toHaveLength(5);
  });

  it('begins anew only where no relay works, and whoever held the lease before cannot go on', async () => {
    const claim = { topic, partitions: 1, unused: true, owner: 'one', leaseMs: 60_000, epoch: 1n };
    const lease = await leased(claim);
    await moveRelay(pool, claim, lease, { position: 9n, marks: [{ sequence: 3n, next: 3n }] });
    await expect(restartRelay(pool, busOf(2), topic)).rejects.toThrow(/relay works.*Stop/);
    expect(await relayCheckpoint(pool, topic)).toMatchObject({ position: 9n });
    await expire();
    await restartRelay(pool, busOf(2), topic);
    const none = { sequence: 0n, next: 0n };
    expect(await relayCheckpoint(pool, topic)).toEqual({
      position: 0n,
      epoch: 1n,
      marks: [none, none],
      generation: 2n,
    });
    await expect(renewRelayLease(pool, claim, lease)).rejects.toThrow(RelayLeaseLostError);
    await expect(moveRelay(pool, claim, lease, { position: 9n, marks: [none] })).rejects.toThrow(RelayLeaseLostError);
    expect((await leased({ ...claim, owner: 'two' })).fence).toBe(lease.fence + 2n);

    // Where the row itself was made anew the fence may be the same again; the owner is not.
    await database.owner.query('TRUNCATE es.relays');
    expect((await leased({ ...claim, owner: 'two' })).fence).toBe(lease.fence);
    await expect(renewRelayLease(pool, claim, lease)).rejects.toThrow(RelayLeaseLostError);
    await expect(moveRelay(pool, claim, lease, { position: 9n, marks: [none] })).rejects.toThrow(RelayLeaseLostError);
  });

  it('does not move its checkpoint in an epoch that is over', async () => {
    const log = logOf(...Array.from({ length: 6 }, () => added(customer(1))));
    const bus = busOf(1);
    const overtaken: Bus = {
      ...bus,
      openWriter: async (name) => {
        const writer = await bus.openWriter(name);
        return {
          write: async (records) => {
            if (records.length === 1) await database.owner.query('UPDATE es.store SET epoch = 2');
            return writer.write(records);
          },
          close: () => writer.close(),
        };
      },
    };
    const relay = start(log, overtaken);
    await until(() => relay.health().error !== null, 'noticed');
    expect((await relayCheckpoint(pool, topic))?.marks).toEqual([{ sequence: 5n, next: 5n }]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    // Once, not over and over: who is in the old epoch gets no lease any more.
    expect(bus.log(topic).flat()).toHaveLength(6);
  });

  it('notices while it is idle that its epoch is over, and begins nothing in it', async () => {
    const bus = busOf(1);
    const log = logOf(added(customer(1)));
    const idle = start(log, bus, { leaseMs: 30 });
    await relayed(log);
    await database.owner.query('UPDATE es.store SET epoch = 2');
    await until(() => idle.health().error !== null, 'noticed');
    expect(idle.health()).toMatchObject({ behind: true, error: OTHER_EPOCH });
    await relays.pop()?.stop();
    await database.owner.query('TRUNCATE es.relays');
    const late = start(log, busOf(1));
    await until(() => late.health().error !== null, 'refused');
    expect(late.health().error).toBe(OTHER_EPOCH);
    expect(await relayCheckpoint(pool, topic)).toBeUndefined();
  });
});
