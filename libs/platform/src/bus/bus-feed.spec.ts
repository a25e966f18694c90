import { type RecordedEvent } from '#kernel';
import { type FeedPage, type LaneInput, type ReadFrom, storeSubscription } from '#platform/consumers';
import { added, customer, logOf } from '../projections/sample-projections.conformance.js';
import { busFeed, type BusFeedParts } from './bus-feed.js';
import { ReaderLostError, type Bus } from './bus.port.js';
import { recordOf } from './event-records.js';
import { type MemoryBus, openMemoryBus } from './memory/memory-bus.js';
import { type RelayCheckpoint } from './relay-checkpoint.js';

const topic = 'events';
const LIMIT = 5;

/** A topic of two partitions, fed by hand, and the one lane that reads it by a clock that is set. */
class Topic {
  readonly log = logOf();
  readonly bus: MemoryBus = openMemoryBus({ topics: { [topic]: 2 } });
  now = 0;
  #marks = [0, 1].map(() => ({ sequence: 0n, next: 0n }));
  from: ReadFrom = { position: 0n, cursor: null };
  #given: RecordedEvent[] = [];

  /** What the relay does with an event for each partition named. */
  async relay(...partitions: readonly number[]): Promise<void> {
    const writer = await this.bus.openWriter(topic);
    for (const partition of partitions) {
      this.log.append(added(customer(partition)));
      const { sequence = 0n, next = 0n } = this.#marks[partition] ?? {};
      await writer.write([recordOf(this.log.events.at(-1)!, partition, sequence + 1n)]);
      this.#marks = this.#marks.with(partition, { sequence: sequence + 1n, next: next + 1n });
    }
  }

  /** As if the relay had not come further than that. */
  hold: RelayCheckpoint | undefined;

  get relayed(): RelayCheckpoint {
    const position = this.log.events.at(-1)?.position ?? 0n;
    return this.hold ?? { position, epoch: this.log.epoch, marks: this.#marks, generation: 1n };
  }

  lane(bus: Bus = this.bus): LaneInput {
    const source = storeSubscription(this.log);
    const progress = {
      current: () => Promise.resolve(this.relayed),
      onMoved: () => () => undefined,
      close: () => Promise.resolve(),
    };
    return busFeed({ bus, topic, source, progress, now: () => this.now })({ lane: 0, lanes: 1 });
  }

  async read(lane: LaneInput): Promise<FeedPage> {
    const page = await lane.read(this.from, LIMIT);
    this.from = { position: page.upTo, cursor: page.cursor };
    this.#given.push(...page.events);
    return page;
  }

  /** Until it was given everything, in a bounded number of pages. */
  async readAll(lane: LaneInput, everyMs = 0): Promise<void> {
    for (let pages = 0; this.#given.length < this.log.events.length && pages < 100; pages++) {
      await this.read(lane);
      this.now += everyMs;
    }
    expect(this.#given.map(({ position }) => position)).toEqual(this.log.events.map(({ position }) => position));
    await lane.close();
  }

  forgetAll(): void {
    for (const partition of [0, 1]) this.bus.forget(topic, partition, 1_000n);
  }
}

/** Lanes of one process on that topic, each of another read model. */
class Lanes {
  readonly #moved = new Set<() => void>();
  readonly #feed;
  readers: { isOpen: boolean }[] = [];

  constructor(
    private readonly events: Topic,
    changes: Partial<BusFeedParts> = {},
  ) {
    const { bus, log } = events;
    const openReader: Bus['openReader'] = async (...asked) => {
      const reader = await bus.openReader(...asked);
      const entry = { isOpen: true };
      this.readers.push(entry);
      return {
        take: (...what) => reader.take(...what),
        onArrived: (listener) => {
          reader.onArrived(listener);
        },
        close: () => ((entry.isOpen = false), reader.close()),
      };
    };
    const onMoved = (listener: () => void) => {
      this.#moved.add(listener);
      return () => this.#moved.delete(listener);
    };
    const progress = { current: () => Promise.resolve(events.relayed), onMoved, close: () => Promise.resolve() };
    const source = storeSubscription(log);
    const clock = { now: () => events.now };
    this.#feed = busFeed({ bus: { ...bus, openReader }, topic, source, progress, ...clock, ...changes });
  }

  open(): Lane {
    return new Lane(this.#feed({ lane: 0, lanes: 1 }), this.events.log);
  }

  /** The relay says that it has moved. */
  tell(): void {
    for (const listener of this.#moved) listener();
  }

  get openReaders(): number {
    return this.readers.filter(({ isOpen }) => isOpen).length;
  }
}

class Lane {
  from: ReadFrom = { position: 0n, cursor: null };
  readonly given: RecordedEvent[] = [];
  woken = 0;

  constructor(
    readonly input: LaneInput,
    private readonly log: { readonly events: readonly RecordedEvent[] },
  ) {
    input.onMoved(() => this.woken++);
  }

  async read(limit = LIMIT): Promise<FeedPage> {
    const page = await this.input.read(this.from, limit);
    this.from = { position: page.upTo, cursor: page.cursor ?? this.from.cursor };
    this.given.push(...page.events);
    return page;
  }

  /** Until it was given everything. */
  async readAll(): Promise<void> {
    for (let pages = 0; this.given.length < this.log.events.length && pages < 300; pages++) await this.read();
    expect(this.given.map(({ position }) => position)).toEqual(this.log.events.map(({ position }) => position));
  }
}

describe('lanes of one process that are fed from a topic', () => {
  const both = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n % 2);

  /** Two lanes at the same place in the topic. */
  async function two(changes: Partial<BusFeedParts> = {}) {
    const events = new Topic();
    await events.relay(0, 1);
    const lanes = new Lanes(events, changes);
    const pair = [lanes.open(), lanes.open()] as const;
    for (const lane of pair) await lane.readAll();
    return { events, lanes, pair };
  }

  it('read it once: with one reader, and each record is made an event once', async () => {
    const { events, lanes, pair } = await two();
    await events.relay(...both(40));
    await Promise.all(pair.map((lane) => lane.readAll()));
    expect(lanes.readers).toHaveLength(1);
    // Those of the topic, that is: the first two came from the store.
    expect(pair[0].given.slice(2).every((event, index) => event === pair[1].given[index + 2])).toBe(true);
    for (const { input } of pair) await input.close();
    expect(lanes.readers).toEqual([{ isOpen: false }]);
  });

  it('leave one behind that stands still, after a while; it goes on by itself, and with the others where they are', async () => {
    const { events, lanes, pair } = await two({ patienceMs: 20, mostEvents: 20 });
    const [quick, slow] = pair;
    await events.relay(...both(10));
    await slow.read();
    await events.relay(...both(100));
    await quick.readAll();
    expect(lanes.readers).toHaveLength(1);
    await slow.readAll();
    expect(lanes.readers).toHaveLength(2);
    await events.relay(...both(4));
    for (const lane of pair) await lane.readAll();
    expect(lanes.openReaders).toBe(1);
    await slow.input.close();
    await events.relay(...both(4));
    await quick.readAll();
  });

  it('wait for one that is slow', async () => {
    const { events, lanes, pair } = await two({ patienceMs: 60_000, mostEvents: 20 });
    const [quick, slow] = pair;
    await events.relay(...both(100));
    let isDone = false;
    const all = quick.readAll().then(() => (isDone = true));
    for (let pages = 0; !isDone && pages < 300; pages++) await slow.read();
    await all;
    expect(lanes.readers).toHaveLength(1);
    expect(quick.given.length - slow.given.length).toBeLessThan(60);
  });

  it('hold no more than they may for one that stands still, also where each record is read as it comes', async () => {
    const { events, lanes, pair } = await two({ patienceMs: 60_000, mostEvents: 20 });
    const [quick, slow] = pair;
    await events.relay(...both(10));
    for (const lane of pair) await lane.read();
    let reading: Promise<unknown> | undefined;
    for (const partition of both(100)) {
      await events.relay(partition);
      lanes.tell();
      for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve));
      reading ??= quick.read().finally(() => (reading = undefined));
    }
    expect(quick.given.length - slow.given.length).toBeLessThan(40);
    await Promise.all([slow.readAll(), Promise.resolve(reading).then(() => quick.readAll())]);
    expect(lanes.readers).toHaveLength(1);
  });

  it('go back by a page, as after a batch that failed', async () => {
    const { events, pair } = await two();
    const [one, other] = pair;
    await events.relay(...both(30));
    for (const lane of pair) await lane.read();
    const { from } = one;
    const first = await one.read();
    await one.read();
    await other.readAll();
    one.from = from;
    expect((await one.read()).events).toEqual(first.events);
    expect((await one.read()).events[0]?.position).toBe(first.upTo + 1n);
  });

  it('do not read on from the numbers of one that has had other records', async () => {
    const { events, lanes, pair } = await two();
    const other = lanes.open();
    const [{ from }] = pair;
    await pair[0].read();
    other.from = { ...from, cursor: (from.cursor ?? '').replace('[0,"1"', '[0,"0"') };
    expect(other.from.cursor).not.toBe(from.cursor);
    await events.relay(...both(10));
    await expect(other.read()).rejects.toThrow(/partition 0 goes from record 0 to 2/);
    await pair[0].readAll();
  });

  it('are woken when there is something to read, not when something has only come', async () => {
    const { events, lanes, pair } = await two();
    const [lane] = pair;
    await lane.read();
    const { relayed } = events;
    const turns = async () => {
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    };
    await turns();
    lane.woken = 0;
    // In the topic, and the relay has not said so: in the other partition there may be something before it.
    events.hold = relayed;
    await events.relay(0);
    await turns();
    expect(lane.woken).toBe(0);
    events.hold = undefined;
    lanes.tell();
    await turns();
    expect(lane.woken).toBe(1);
    await lane.readAll();
  });

  it('all go on with another reader where theirs is lost', async () => {
    const { events, lanes, pair } = await two();
    await events.relay(...both(20));
    for (const lane of pair) await lane.read();
    events.bus.loseReaders();
    await events.relay(...both(20));
    const readAll = (lane: Lane): Promise<void> =>
      lane.readAll().catch((error: unknown) => {
        expect(error).toBeInstanceOf(ReaderLostError);
        return lane.readAll();
      });
    await Promise.all(pair.map(readAll));
    expect(lanes.readers).toHaveLength(2);
    expect(lanes.openReaders).toBe(1);
  });
});

describe('a lane that is fed from a topic', () => {
  it('reads the store where it was away for longer than the topic keeps, also of a partition that is quiet since', async () => {
    const events = new Topic();
    await events.relay(0, 1, 0);
    await events.readAll(events.lane());
    await events.relay(...Array.from({ length: 12 }, () => 0));
    events.forgetAll();
    await events.readAll(events.lane());
    // And it has a place in the topic again.
    await events.relay(1, 0);
    await events.readAll(events.lane());
  });

  it('reads the store where the topic forgets while it is there', async () => {
    const events = new Topic();
    await events.relay(0, 1);
    const lane = events.lane();
    await events.read(lane);
    // Nothing new, and it reads the topic.
    await events.read(lane);
    await events.relay(0, 0);
    events.forgetAll();
    await events.readAll(lane, 6_000);
  });

  it('waits for one partition without taking another, of which it has enough, for silent', async () => {
    const events = new Topic();
    await events.relay(0, 1);
    await events.readAll(events.lane());
    await events.relay(...Array.from({ length: 8 }, () => 1), ...Array.from({ length: 8 }, () => 0));
    const openReader: Bus['openReader'] = async (...asked) => {
      const reader = await events.bus.openReader(...asked);
      return {
        take: (partition, limit) => reader.take(partition, partition === 1 ? 1 : limit),
        onArrived: (listener) => {
          reader.onArrived(listener);
        },
        close: () => reader.close(),
      };
    };
    await events.readAll(events.lane({ ...events.bus, openReader }), 6_000);
  });
});
