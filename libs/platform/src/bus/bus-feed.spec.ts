import { type RecordedEvent } from '#kernel';
import { type FeedPage, type LaneInput, type ReadFrom, storeSubscription } from '#platform/consumers';
import { added, customer, logOf } from '../projections/sample-projections.conformance.js';
import { busFeed } from './bus-feed.js';
import { type Bus } from './bus.port.js';
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

  lane(bus: Bus = this.bus): LaneInput {
    const current = (): Promise<RelayCheckpoint> =>
      Promise.resolve({
        ...{ position: this.log.events.at(-1)?.position ?? 0n, epoch: source.epoch },
        ...{ marks: this.#marks, generation: 1n },
      });
    const source = storeSubscription(this.log);
    const progress = { current, onMoved: () => () => undefined, close: () => Promise.resolve() };
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
