import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { createPool } from '#platform/postgres';
import { testDatabase, until, type TestDatabase } from '#testing';
import { type BusRecord, type NewBusRecord, ReaderLostError } from '../bus.port.js';
import { openMemoryBus, type MemoryBus, type WriteFault } from '../memory/memory-bus.js';
import { type SetAside } from './inbound-outcome.js';
import { acquireInboundLease, InboundLeaseLostError, inboundState, moveInbound } from './inbound-checkpoint.js';
import { inboundMigrations } from './inbound-migrations.js';
import { startInbound, type Inbound, type InboundParts, type TakeInbound } from './inbound.js';
import { behindRecords, startingOffsets, withoutExpired } from './starting-offsets.js';

const topic = 'in';
const deadLetters = 'in.dlq';
const textOf = ({ bytes }: BusRecord): string => Buffer.from(bytes ?? []).toString();

describe('the reader of an inbound topic', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  const readers: Inbound[] = [];

  beforeAll(async () => {
    database = await testDatabase(inboundMigrations);
    pool = createPool({ url: database.url, max: 4, applicationName: 'test' });
  });
  afterEach(async () => {
    await Promise.all(readers.splice(0).map((reader) => reader.stop()));
    keptTexts.clear();
    await database.owner.query('TRUNCATE es.inbound');
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const busOf = (onWrite?: () => WriteFault | undefined): MemoryBus =>
    openMemoryBus({ topics: { [topic]: 3, [deadLetters]: 1 }, ...(onWrite && { onWrite }) });
  const send = async (bus: MemoryBus, count: number, from = 0): Promise<void> => {
    const writer = await bus.openWriter(topic);
    const records = Array.from({ length: count }, (_, n): NewBusRecord => {
      const text = `${(from + n) % 10 === 7 ? 'bad' : 'good'} ${String(from + n)}`;
      return { partition: n % 3, key: text, headers: { sent: text, 'safar-reason': 'of old' }, value: text };
    });
    await writer.write(records);
  };
  /** What was set aside, by its text. */
  const keptTexts = new Map<string, number>();
  const setAside: SetAside = (refused) =>
    Promise.resolve(
      refused.map(({ record }) => {
        keptTexts.set(textOf(record), (keptTexts.get(textOf(record)) ?? 0) + 1);
        return { as: `kept ${textOf(record)}` };
      }),
    );
  const keptAfter = (from: number): number =>
    [...keptTexts.keys()].filter((text) => Number(text.split(' ')[1]) >= from).length;
  const start = (bus: MemoryBus, take: TakeInbound, more: Partial<InboundParts> = {}): Inbound => {
    const settings = { pollMs: 4, backoffMs: 1, maxBackoffMs: 4, batchSize: 7, leaseMs: 400, ...more.settings };
    const reader = startInbound({ pool, bus, topic, deadLetters, take, setAside, ...more, settings });
    readers.push(reader);
    return reader;
  };
  /** Keeps by text, as the store does by id. */
  const keeping = (stored: Map<string, number>, fail: () => boolean = () => false): TakeInbound => {
    return (records) => {
      if (fail()) return Promise.reject(new Error('the store is busy'));
      return Promise.resolve(
        records.map((record) => {
          const text = textOf(record);
          if (text.startsWith('bad'))
            return { status: 'refused', reason: 'invalid', errors: [{ pointer: '/kind', code: 'required' }] } as const;
          stored.set(text, (stored.get(text) ?? 0) + 1);
          return { status: stored.get(text) === 1 ? 'accepted' : 'duplicate' } as const;
        }),
      );
    };
  };
  const read = async (count: number): Promise<void> => {
    const done = async (): Promise<boolean> => {
      const offsets = (await inboundState(pool, topic))?.offsets ?? new Map<number, bigint>();
      return [...offsets.values()].reduce((sum, offset) => sum + offset, 0n) === BigInt(count);
    };
    await until(done, `${String(count)} records taken`);
  };
  const letters = (bus: MemoryBus) => bus.log(deadLetters).flatMap((records) => [...records]);

  it('takes each, sets aside what is refused, and tells why, where from and where to send it again', async () => {
    const bus = busOf();
    await send(bus, 60);
    const stored = new Map<string, number>();
    const counted: string[] = [];
    start(bus, keeping(stored), { onTaken: (outcomes) => counted.push(...outcomes.map(({ status }) => status)) });
    await read(60);
    await send(bus, 30, 60);
    await read(90);
    expect([stored.size, new Set(stored.values())]).toEqual([81, new Set([1])]);
    await until(() => counted.length === 90, 'all counted');
    const bad = ['7', '17', '27', '37', '47', '57', '67', '77', '87'].map((n) => `bad ${n}`).sort();
    expect([...keptTexts.keys()].sort()).toEqual(bad);
    const ids = letters(bus).map(({ headers }) => headers['safar-quarantine-id']);
    expect(ids.sort()).toEqual(bad.map((text) => `kept ${text}`));
    const [letter] = letters(bus).filter(({ headers }) => headers['safar-quarantine-id'] === 'kept bad 7');
    expect([letter?.key, letter?.value, letter?.bytes?.length ?? 0]).toEqual(['', '', 0]);
    expect(letter?.headers).toEqual({
      'safar-dead-letter-id': 'in/1/2',
      'safar-reason': 'invalid',
      'safar-errors': '[{"pointer":"/kind","code":"required"}]',
      'safar-from-topic': 'in',
      'safar-from-partition': '1',
      'safar-from-offset': '2',
      'safar-refused-at': expect.stringMatching(/^20\d\d-/),
      'safar-written-at': expect.stringMatching(/^20\d\d-/),
      'safar-send-again-to': 'in',
      'safar-kept': 'quarantine',
      'safar-quarantine-id': 'kept bad 7',
    });
  });

  it('loses nothing while the store is busy, writes fail half done and readers are lost', async () => {
    let turns = 0;
    const faults: (WriteFault | undefined)[] = ['unanswered', 'refused', undefined];
    let isSent = false;
    const bus = busOf(() => (isSent ? faults[turns % 3] : undefined));
    await send(bus, 200);
    isSent = true;
    const stored = new Map<string, number>();
    start(
      bus,
      keeping(stored, () => ++turns % 4 === 0),
    );
    const losing = setInterval(() => {
      bus.loseReaders();
    }, 15);
    await read(200).finally(() => {
      clearInterval(losing);
    });
    expect(stored.size).toBe(180);
    const ids = letters(bus).map(({ headers }) => headers['safar-dead-letter-id']);
    expect(new Set(ids).size).toBe(20);
    expect(ids.length).toBeGreaterThan(20);
  });

  it('moves no further than what it could set aside, and tells of nothing before', async () => {
    const bus = busOf();
    await send(bus, 30);
    const stored = new Map<string, number>();
    let isFailing = true;
    const reader = start(bus, keeping(stored), {
      setAside: (refused) => (isFailing ? Promise.reject(new Error('the quarantine is away')) : setAside(refused)),
    });
    await until(() => reader.health().error === 'the quarantine is away', 'it says so');
    expect(letters(bus)).toEqual([]);
    isFailing = false;
    await read(30);
    expect([keptTexts.size, letters(bus).length]).toEqual([3, 3]);
  });

  it('keeps the lease while records take longer than it lasts', async () => {
    const bus = busOf();
    const stored = new Map<string, number>();
    await send(bus, 7);
    const take = keeping(stored);
    // A busy machine lets half a second pass between two renewals.
    const leaseMs = 1_200;
    let hasBegun = false;
    start(
      bus,
      async (records, failures) => {
        hasBegun = true;
        await sleep(1.5 * leaseMs);
        return take(records, failures);
      },
      { settings: { leaseMs } },
    );
    await until(() => hasBegun, 'the first one has the lease');
    const second = start(bus, keeping(stored), { settings: { leaseMs } });
    await read(7);
    expect(second.health().state).toBe('standby');
    expect([stored.size, new Set(stored.values())]).toEqual([7, new Set([1])]);
  });

  it('works in one process at a time, and another takes over where it died', async () => {
    const bus = busOf();
    const stored = new Map<string, number>();
    await send(bus, 30);
    const first = start(bus, keeping(stored));
    await read(30);
    const second = start(bus, keeping(stored));
    await until(() => second.health().state === 'standby', 'the second one stands by');
    await first.stop();
    await send(bus, 30, 30);
    await read(60);
    expect(second.health().state).toBe('running');
    expect(new Set(stored.values())).toEqual(new Set([1]));
  });

  it('moves nothing once the lease was taken over', async () => {
    const claim = { topic, owner: 'sleeper', leaseMs: 1 };
    const lease = await acquireInboundLease(pool, claim);
    if (lease === 'taken') throw new Error(lease);
    const offsets = new Map([[0, 5n]]);
    const moved = await moveInbound(pool, claim, lease, { offsets });
    // Where it was is not where it is any more.
    await expect(moveInbound(pool, claim, lease, { offsets })).rejects.toThrow(InboundLeaseLostError);
    const taken = async (): Promise<boolean> =>
      (await acquireInboundLease(pool, { ...claim, owner: 'other', leaseMs: 60_000 })) !== 'taken';
    await until(taken, 'the lease ran out');
    await expect(moveInbound(pool, claim, moved, { offsets: new Map([[0, 9n]]) })).rejects.toThrow(
      InboundLeaseLostError,
    );
    expect((await inboundState(pool, topic))?.offsets).toEqual(offsets);
  });

  it('counts what the topic deleted before it was read, and goes on behind it', async () => {
    const bus = busOf();
    await send(bus, 30);
    const stored = new Map<string, number>();
    const first = start(bus, keeping(stored));
    await read(30);
    expect((await inboundState(pool, topic))?.expiredAt).toBeUndefined();
    await first.stop();
    await send(bus, 30, 30);
    bus.forget(topic, 2, 15n);
    start(bus, keeping(stored));
    await read(60);
    const { expired, expiredAt = 0 } = (await inboundState(pool, topic)) ?? {};
    expect(expired).toBe(5n);
    expect(Date.now() - expiredAt).toBeLessThan(60_000);
  });

  it('counts and tells what the topic deletes while it is read', async () => {
    const bus = busOf();
    await send(bus, 30);
    const stored = new Map<string, number>();
    const told: bigint[] = [];
    let isBusy = false;
    const reader = start(
      bus,
      keeping(stored, () => isBusy),
      { onExpired: (records) => told.push(records) },
    );
    await read(30);
    isBusy = true;
    await send(bus, 60, 30);
    await until(() => reader.health().state === 'retrying', 'the store is busy');
    const { oldestAt } = reader.health();
    expect(Date.now() - Number(oldestAt)).toBeLessThan(60_000);
    // Of partition 0 it has some records at hand, which are taken; what is behind them is gone, but for the last two.
    bus.forget(topic, 0, 28n);
    isBusy = false;
    await read(90);
    const lost = 60 - [...stored.keys()].filter((text) => Number(text.split(' ')[1]) >= 30).length - keptAfter(30);
    const counted = told.reduce((sum, records) => sum + records, 0n);
    expect([counted, (await inboundState(pool, topic))?.expired]).toEqual([BigInt(lost), BigInt(lost)]);
    expect(lost).toBeGreaterThan(10);
    await until(() => reader.health().oldestAt === null, 'nothing waits');
  });

  it('counts it also where nothing comes after it', async () => {
    const bus = busOf();
    await send(bus, 30);
    let isBusy = true;
    const stored = new Map<string, number>();
    const reader = start(
      bus,
      keeping(stored, () => isBusy),
    );
    await until(() => reader.health().state === 'retrying', 'the store is busy');
    bus.forget(topic, 1, 10n);
    isBusy = false;
    await read(30);
    expect((await inboundState(pool, topic))?.expired).toBe(BigInt(30 - stored.size - keptAfter(0)));
    expect(stored.size).toBeLessThan(30 - keptAfter(0));
  });

  it('does not count what came to it while it asked, whatever the topic says then', async () => {
    const bus = busOf();
    await send(bus, 30);
    const told: bigint[] = [];
    const ends = bus.ends.bind(bus);
    // What comes while it asks the topic is deleted before the topic answers, and is on its way to the reader all the same.
    let isHasty = false;
    jest.spyOn(bus, 'ends').mockImplementation(async (name) => {
      const found = new Map(await ends(name));
      if (!isHasty || name !== topic) return found;
      isHasty = false;
      await send(bus, 30, 30);
      return new Map([...found].map(([partition, { next }]) => [partition, { first: next + 10n, next: next + 10n }]));
    });
    const stored = new Map<string, number>();
    start(bus, keeping(stored), { onExpired: (records) => told.push(records), settings: { leaseMs: 60 } });
    await read(30);
    isHasty = true;
    await read(60);
    expect([told, (await inboundState(pool, topic))?.expired]).toEqual([[], 0n]);
    expect(stored.size + keptTexts.size).toBe(60);
  });

  it('counts how often its lease was taken over', async () => {
    const bus = busOf();
    const reader = start(bus, keeping(new Map()));
    await until(() => reader.health().state === 'running', 'it reads');
    await database.owner.query(`UPDATE es.inbound SET owner = 'other', fence = fence + 1, lease_until = 'infinity'`);
    await until(() => reader.health().state === 'standby', 'it noticed');
    expect(reader.health()).toMatchObject({ leaseLosses: 1, behind: false });
  });

  it('does not say that it runs while whatever it opens breaks, and says so when one has held for a while', async () => {
    const bus = busOf();
    await send(bus, 3);
    let [isBroken, opened, ahead] = [true, 0, 0];
    const open = bus.openReader.bind(bus);
    const states: string[] = [];
    jest.spyOn(bus, 'openReader').mockImplementation(async (...given) => {
      const whole = await open(...given);
      opened += 1;
      if (!isBroken) return { ...whole, take: () => [], onArrived: () => undefined, close: () => whole.close() };
      // Nothing comes at first, and when it has rested it is lost.
      let hasRested = false;
      const take = (): [] => {
        if (hasRested) {
          states.push(reader.health().state);
          throw new ReaderLostError('the coordinator is gone');
        }
        setImmediate(() => (hasRested = true));
        return [];
      };
      return { take, onArrived: () => undefined, close: () => whole.close() };
    });
    const reader = start(bus, keeping(new Map()), { settings: { now: () => Date.now() + ahead } });
    await until(() => opened > 6, 'it has opened several');
    // The first has nothing to be ashamed of.
    expect(new Set(states.slice(1))).toEqual(new Set(['retrying']));
    isBroken = false;
    const held = opened;
    await until(() => opened > held, 'one that does not break');
    await until(() => {
      ahead += 5_000;
      return reader.health().state === 'running';
    }, 'it says that it runs');
    expect(reader.health().error).toBeNull();
  });

  it('says what to do where there is no topic', async () => {
    const reader = start(openMemoryBus({ topics: {} }), keeping(new Map()));
    await until(() => reader.health().state === 'failed', 'it says so');
    expect(reader.health().error).toMatch(/there is no topic in[.] Make it first/);
  });
});

describe('where reading goes on', () => {
  const ends = new Map([
    [0, { first: 0n, next: 10n }],
    [1, { first: 4n, next: 10n }],
    [2, { first: 2n, next: 5n }],
    [3, { first: 1n, next: 3n }],
  ]);

  it('is behind what was deleted while it was read', () => {
    const read = new Map([
      [0, 3n],
      [1, 1n],
      [9, 1n],
    ]);
    expect(withoutExpired(read, ends)).toEqual({ offsets: new Map([...read, [1, 4n]]), expired: 3n });
  });

  it('is behind what was read, and never before what was counted as deleted', () => {
    const read = new Map([
      [0, 3n],
      [1, 4n],
    ]);
    const records = [0n, 1n, 3n].map((offset) => ({ partition: 1, offset }));
    expect(behindRecords(read, records)).toEqual({ offsets: read, countedInVain: 3n });
    expect(behindRecords(read, [...records, { partition: 1, offset: 6n }, { partition: 2, offset: 0n }])).toEqual({
      offsets: new Map([...read, [1, 7n], [2, 1n]]),
      countedInVain: 3n,
    });
  });

  it('knows that what was stored is no loss, wherever the checkpoint stands', () => {
    const read = new Map([
      [0, 1n],
      [1, 1n],
      [2, 1n],
    ]);
    const taken = new Map([
      [1, 3n],
      [2, 9n],
    ]);
    expect(startingOffsets(read, ends, taken)).toMatchObject({ expired: 1n });
  });

  it('is behind what was read, or at the first record of what is new, was deleted or was made anew', () => {
    const read = new Map([
      [0, 10n],
      [1, 1n],
      [2, 8n],
    ]);
    expect(startingOffsets(read, ends)).toEqual({
      offsets: new Map([
        [0, 10n],
        [1, 4n],
        [2, 2n],
        [3, 1n],
      ]),
      expired: 3n,
      short: [2],
    });
  });
});
