import { type EpochMs, type Position } from '#kernel';
import {
  ConsumerTroubleError,
  type EventSource,
  type FeedPage,
  type LaneFeed,
  type LaneInput,
  type ReadFrom,
} from '#platform/consumers';
import { ReaderLostError, type Bus, type BusReader } from './bus.port.js';
import { ForeignRecordError } from './event-records.js';
import { cursorOf, marksOf, partitionsOfLane, type Counted, type LaneMarks } from './feed-cursor.js';
import { PartitionWindow, SequenceGapError, type Received } from './partition-window.js';
import { type RelayCheckpoint } from './relay-checkpoint.js';
import { type RelayProgress } from './relay-progress.js';

export interface BusFeedParts {
  readonly bus: Bus;
  readonly topic: string;
  /** The store: for what was before, and for nothing else. */
  readonly source: EventSource;
  readonly progress: RelayProgress;
  /** How long a record that the relay has written may stay away. */
  readonly overdueMs?: number;
  readonly now?: () => EpochMs;
}

const OVERDUE_MS = 10_000;

/**
 * Feeds lanes from a topic. A lane that has no place in the topic yet (a new build, one that was fed from the store, one that was
 * away for longer than the topic keeps) reads the store up to the checkpoint of the relay, which says where in each partition
 * that is, and goes on in the topic from there.
 */
export const busFeed =
  (parts: BusFeedParts): LaneFeed =>
  ({ lane, lanes }) =>
    new BusLaneInput(parts, lane, lanes);

class BusLaneInput implements LaneInput {
  #window: Window | undefined;
  #reading: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly parts: BusFeedParts,
    private readonly lane: number,
    private readonly lanes: number,
  ) {}

  /** One at a time: a page that is read ahead may still be on its way when the one before it is read again. */
  read(from: ReadFrom, limit: number): Promise<FeedPage> {
    const page = this.#reading.then(() => this.#read(from, limit));
    this.#reading = page.catch(() => undefined);
    return page;
  }

  onMoved(listener: () => void): () => void {
    this.#listeners.add(listener);
    const stop = this.parts.progress.onMoved(listener);
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
      await window.receive(from.position, limit, relayed);
      return window.page(from.position, limit);
    } catch (error) {
      await this.#letGo();
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
  ): Promise<Window | undefined> {
    const { bus } = this.parts;
    const counted = this.#counted(relayed);
    // Also before the lane has a cursor: it begins where the relay was when it looked, and the relay goes on.
    if (this.#window?.holds(position, counted)) return this.#window;
    await this.#letGo();
    const marks =
      marksOf(cursor, counted, partitions) ??
      // Where the relay is exactly here, it says where here is in the topic.
      (relayed.position === position ? marksAt(relayed, partitions) : undefined);
    if (!marks || (await this.#isPastRetention(marks, relayed))) return undefined;
    const offsets = [...marks].map(([partition, { next }]): [number, bigint] => [partition, next]);
    const reader = await bus.openReader(counted.topic, new Map(offsets));
    reader.onArrived(() => {
      for (const listener of this.#listeners) listener();
    });
    return (this.#window = new Window(this.parts, reader, { position, marks }, counted));
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
    await window?.reader.close();
  }
}

const marksAt = ({ marks }: RelayCheckpoint, partitions: readonly number[]): LaneMarks =>
  new Map(partitions.map((partition) => [partition, marks[partition] ?? { sequence: 0n, next: 0n }]));

/** Number of the last record that the relay has written to a partition. */
const writtenTo = ({ marks }: RelayCheckpoint, partition: number): bigint => marks[partition]?.sequence ?? 0n;

const halt = (topic: string, error: Error): ConsumerTroubleError =>
  new ConsumerTroubleError(
    'failed',
    `${topic} has lost records, nothing behind them is applied: ${error.message}. The store has them: safar projections rebuild`,
  );

interface Place {
  readonly position: Position;
  readonly marks: LaneMarks;
}

/** The stretch of the topic between the oldest page that may be asked for again and what has been received. */
class Window {
  #base: Place;
  /** In store order, complete up to `#reached`. */
  readonly #merged: Received[] = [];
  #reached: Position;
  #previous: Position;
  readonly #partitions: readonly PartitionWindow[];
  /** Of a partition that was read last, more has come than was taken. */
  #hasMore = false;
  readonly #overdueSince = new Map<number, EpochMs>();

  constructor(
    private readonly parts: BusFeedParts,
    readonly reader: BusReader,
    place: Place,
    private readonly counted: Counted,
  ) {
    this.#base = place;
    this.#reached = place.position;
    this.#previous = place.position;
    this.#partitions = [...place.marks].map(
      ([partition, mark]) => new PartitionWindow(partition, mark, place.position),
    );
  }

  holds(position: Position, { generation }: Counted): boolean {
    return generation === this.counted.generation && position >= this.#base.position && position <= this.#reached;
  }

  /** Nothing where a page after the position is there already: each partition gives a page at a time, and they are many. */
  async receive(position: Position, limit: number, relayed: RelayCheckpoint): Promise<void> {
    if (this.#merged.length - this.#firstAfter(position) >= limit) {
      this.#overdueSince.clear();
      return;
    }
    this.#hasMore = false;
    for (const window of this.#partitions) {
      if (window.broken) continue;
      if (window.waiting.length >= limit) {
        // Nothing was asked of it, so nothing is overdue.
        this.#overdueSince.delete(window.partition);
        continue;
      }
      const records = this.reader.take(window.partition, limit);
      for (const record of records) window.receive(record);
      this.#hasMore ||= records.length === limit;
      await this.#missed(window, records.length, relayed);
    }
    const reached = this.#partitions.reduce<Position | undefined>((least, window) => {
      const own = completeUpTo(window, relayed);
      return least === undefined || own < least ? own : least;
    }, undefined);
    if (reached === undefined || reached <= this.#reached) {
      const broken = this.#partitions.find((window) => window.broken)?.broken;
      // What came before it goes first.
      if (broken && this.#reached <= position) throw broken;
      return;
    }
    const ready = this.#partitions.flatMap((window) => window.takeUpTo(reached));
    if (this.#partitions.length > 1) ready.sort((one, other) => (one.event.position < other.event.position ? -1 : 1));
    this.#merged.push(...ready);
    this.#reached = reached;
  }

  /** The page after a position; lets go of what is before the page that was asked for last. */
  page(position: Position, limit: number): FeedPage {
    if (this.#previous <= position) this.#forget(this.#previous);
    this.#previous = position;
    const start = this.#firstAfter(position);
    const behind = this.#merged.slice(start, start + limit);
    const isCut = this.#merged.length > start + limit;
    const upTo = isCut ? (behind.at(-1)?.event.position ?? position) : this.#reached;
    const marks = marksAfter(this.#base.marks, this.#merged, upTo);
    return {
      events: behind.map(({ event }) => event),
      upTo,
      full: isCut || (this.#hasMore && behind.length > 0),
      cursor: cursorOf(this.counted, marks),
    };
  }

  #forget(position: Position): void {
    const marks = marksAfter(this.#base.marks, this.#merged, position);
    this.#merged.splice(0, this.#firstAfter(position));
    this.#base = { position, marks };
  }

  #firstAfter(position: Position): number {
    const first = this.#merged.findIndex(({ event }) => event.position > position);
    return first === -1 ? this.#merged.length : first;
  }

  /**
   * What the relay has written has to arrive. When it does not for a while, either this reader has fallen silent, or the end of a
   * partition was lost or forgotten, which no number would show before the next record.
   */
  async #missed({ partition, mark }: PartitionWindow, received: number, relayed: RelayCheckpoint): Promise<void> {
    const { bus, topic, overdueMs = OVERDUE_MS, now = Date.now } = this.parts;
    const written = writtenTo(relayed, partition);
    const since = this.#overdueSince.get(partition) ?? now();
    if (received > 0 || mark.sequence >= written) this.#overdueSince.delete(partition);
    else this.#overdueSince.set(partition, since);
    if (!this.#overdueSince.has(partition) || now() - since < overdueMs) return;
    const { first, next } = (await bus.ends(topic)).get(partition) ?? { first: 0n, next: 0n };
    if (next <= mark.next || first > mark.next) throw new SequenceGapError(partition, mark, written);
    throw new ReaderLostError(`nothing has come from ${topic} for ${String(overdueMs)} ms although there is more`);
  }
}

/** Nothing of the partition is missing up to there. */
function completeUpTo({ partition, mark, reached }: PartitionWindow, relayed: RelayCheckpoint): Position {
  const hasAll = mark.sequence >= writtenTo(relayed, partition);
  return hasAll && relayed.position > reached ? relayed.position : reached;
}

function marksAfter(before: LaneMarks, received: readonly Received[], upTo: Position): LaneMarks {
  const marks = new Map(before);
  for (const { event, partition, mark } of received) {
    if (event.position > upTo) break;
    marks.set(partition, mark);
  }
  return marks;
}
