import {
  ConsumerTroubleError,
  type EventSource,
  type FeedPage,
  type LaneFeed,
  type LaneInput,
  type ReadFrom,
} from '#platform/consumers';
import { ForeignRecordError } from './event-records.js';
import { cursorOf, marksOf, partitionsOfLane, type Counted, type LaneMarks } from './feed-cursor.js';
import { SequenceGapError } from './partition-window.js';
import { type RelayCheckpoint } from './relay-checkpoint.js';
import { SharedWindows, type Reading } from './shared-windows.js';
import { NotInWindowError, type TopicWindow, type WindowParts, writtenTo } from './topic-window.js';

export interface BusFeedParts extends WindowParts {
  /** The store: for what was before, and for nothing else. */
  readonly source: EventSource;
}

/**
 * Feeds lanes from a topic. A lane that has no place in the topic yet (a new build, one that was fed from the store, one that was
 * away for longer than the topic keeps) reads the store up to the checkpoint of the relay, which says where in each partition
 * that is, and goes on in the topic from there. Lanes of the same partitions that are near one another read the topic together.
 */
export function busFeed(parts: BusFeedParts): LaneFeed {
  const windows = new SharedWindows(parts);
  return ({ lane, lanes }) => new BusLaneInput(parts, windows, lane, lanes);
}

class BusLaneInput implements LaneInput {
  #window: TopicWindow | undefined;
  #reading: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly parts: BusFeedParts,
    private readonly windows: SharedWindows,
    private readonly lane: number,
    private readonly lanes: number,
  ) {}

  wake(): void {
    for (const listener of this.#listeners) listener();
  }

  /** One at a time: a page that is read ahead may still be on its way when the one before it is read again. */
  read(from: ReadFrom, limit: number): Promise<FeedPage> {
    const page = this.#reading.then(() => this.#read(from, limit));
    this.#reading = page.catch(() => undefined);
    return page;
  }

  onMoved(listener: () => void): () => void {
    this.#listeners.add(listener);
    // A window says itself when there is something to read.
    const stop = this.parts.progress.onMoved(() => {
      if (!this.#window) listener();
    });
    return () => {
      stop();
      this.#listeners.delete(listener);
    };
  }

  async close(): Promise<void> {
    await this.#reading;
    await this.#letGo();
  }

  async #read(from: ReadFrom, limit: number): Promise<FeedPage> {
    const { source, progress, topic } = this.parts;
    const relayed = await progress.current();
    // Not the same as a topic without news: the store may be full of events that nobody carries to it.
    if (!relayed) throw new ConsumerTroubleError('failed', `no relay has begun to write to ${topic}: start one`);
    if (relayed.epoch !== source.epoch)
      throw new ConsumerTroubleError(
        'failed',
        `${topic} was made anew or holds another history of the store; see docs/how-to/kafka.md`,
      );
    const partitions = partitionsOfLane(this.lane, this.lanes, relayed.marks.length);
    try {
      const window = await this.#windowAt(from, relayed, partitions);
      if (!window) return await this.#fromStore(from, limit, relayed, partitions);
      return await window.read(this, from.position, limit, relayed);
    } catch (error) {
      await this.#letGo();
      // By itself from here on, until it has come to where the others are.
      if (error instanceof NotInWindowError)
        return { events: [], upTo: from.position, full: true, cursor: from.cursor };
      if (error instanceof SequenceGapError && (await this.#isForgotten(error)))
        return this.#fromStore(from, limit, relayed, partitions);
      throw error instanceof SequenceGapError || error instanceof ForeignRecordError ? halt(topic, error) : error;
    }
  }

  /** Up to the relay's checkpoint; beyond it the topic is read. */
  async #fromStore(
    { position }: ReadFrom,
    limit: number,
    relayed: RelayCheckpoint,
    partitions: readonly number[],
  ): Promise<FeedPage> {
    // The store was read further than the relay has come: it has to get here first.
    if (relayed.position <= position) return { events: [], upTo: position, full: false, cursor: null };
    const page = await this.parts.source.read(position, limit);
    const events = page.events.filter((event) => event.position <= relayed.position);
    const isThere = page.upTo >= relayed.position;
    const upTo = isThere ? relayed.position : page.upTo;
    return {
      ...{ events, upTo, full: isThere || page.full },
      cursor: isThere ? cursorOf(this.#counted(relayed), marksAt(relayed, partitions)) : null,
    };
  }

  /** Nothing where it is not known where in the topic the position is. */
  async #windowAt(
    { position, cursor }: ReadFrom,
    relayed: RelayCheckpoint,
    partitions: readonly number[],
  ): Promise<TopicWindow | undefined> {
    const counted = this.#counted(relayed);
    const marks = (): LaneMarks | undefined => marksOf(cursor, counted, partitions);
    const reading = { position, marks, counted, partitions };
    const own = this.#window;
    // Also before the lane has a cursor: it begins where the relay was when it looked, and the relay goes on.
    const isHeld = own?.isOf(partitions, counted) === true && own.holds(this, position);
    if (!isHeld) await this.#letGo();
    const found = this.windows.find(reading, this.#window);
    if (found) return this.#join(found, reading);
    const known =
      marks() ??
      // Where the relay is exactly here, it says where here is in the topic.
      (relayed.position === position ? marksAt(relayed, partitions) : undefined);
    if (!known || (await this.#isPastRetention(known, relayed))) return undefined;
    // Somebody else may have opened one meanwhile.
    const exact = { ...reading, marks: () => known };
    return this.#join(this.windows.find(exact) ?? this.windows.open({ position, marks: known }, counted), exact);
  }

  async #join(window: TopicWindow, { position, marks }: Reading): Promise<TopicWindow> {
    if (window === this.#window) return window;
    window.join(this, position, marks());
    await this.#letGo();
    return (this.#window = window);
  }

  #counted({ generation }: RelayCheckpoint): Counted {
    return { topic: this.parts.topic, generation };
  }

  /** The topic keeps its records for a while only: then nothing was lost, and the store has them. */
  async #isForgotten({ partition, last }: SequenceGapError): Promise<boolean> {
    const { bus, topic } = this.parts;
    return ((await bus.ends(topic)).get(partition)?.first ?? 0n) > last.next;
  }

  /** Whoever was away for longer than the topic keeps; of a partition without news, no number would tell. */
  async #isPastRetention(marks: LaneMarks, relayed: RelayCheckpoint): Promise<boolean> {
    const { bus, topic } = this.parts;
    const behind = [...marks].filter(([partition, { sequence }]) => sequence < writtenTo(relayed, partition));
    if (behind.length === 0) return false;
    const ends = await bus.ends(topic);
    return behind.some(([partition, { next }]) => (ends.get(partition)?.first ?? 0n) > next);
  }

  async #letGo(): Promise<void> {
    const window = this.#window;
    this.#window = undefined;
    if (window) await this.windows.leave(window, this);
  }
}

const marksAt = ({ marks }: RelayCheckpoint, partitions: readonly number[]): LaneMarks =>
  new Map(partitions.map((partition) => [partition, marks[partition] ?? { sequence: 0n, next: 0n }]));

const halt = (topic: string, error: Error): ConsumerTroubleError =>
  new ConsumerTroubleError(
    'failed',
    `${topic} has lost records, nothing behind them is applied: ${error.message}. The store has them: safar projections rebuild`,
  );
