import { type EpochMs, type Position } from '#kernel';
import { type EventSource, type FeedPage } from '#platform/consumers';
import { ReaderLostError, type Bus, type BusReader } from './bus.port.js';
import { cursorOf, type Counted, type LaneMarks } from './feed-cursor.js';
import { areAlike, marksAfter, MergedEvents, type Place } from './merged-events.js';
import { PartitionWindow, SequenceGapError } from './partition-window.js';
import { type RelayCheckpoint } from './relay-checkpoint.js';
import { type RelayProgress } from './relay-progress.js';
import { type Member, WindowMembers } from './window-members.js';

export interface WindowParts {
  readonly bus: Bus;
  readonly topic: string;
  readonly source: Pick<EventSource, 'epoch'>;
  readonly progress: RelayProgress;
  /** How long a record that the relay has written may stay away. */
  readonly overdueMs?: number;
  /** How long in all a lane may keep others of its window waiting before it is left behind. */
  readonly patienceMs?: number;
  /** Events in memory at which those who are ahead wait for those who are not. */
  readonly mostEvents?: number;
  readonly now?: () => EpochMs;
}

const OVERDUE_MS = 10_000;
const PATIENCE_MS = 1_000;
const MOST_EVENTS = 8_000;
const MOST_BYTES = 33_554_432;
/** Taken of a partition at once, at least: less would be many rounds for one page. */
const LEAST_TAKEN = 32;
/** Taken when something has come and nobody has asked yet. */
const LOOKED_FOR = 500;

/** The window cannot be read from there: it was left behind, or what it has applied is not what the topic has had. */
export class NotInWindowError extends Error {
  override readonly name = 'NotInWindowError';
}

/**
 * The stretch of a topic between the oldest page that one of its lanes may ask for again and what has been received: fetched,
 * checked, read and put in store order once for all lanes of the same partitions, whatever read models they are of.
 */
export class TopicWindow {
  readonly #merged: MergedEvents;
  readonly #members: WindowMembers;
  readonly #partitions: readonly PartitionWindow[];
  /** Of a partition that was read last, more has come than was taken. */
  #hasMore = false;
  readonly #overdueSince = new Map<number, EpochMs>();
  readonly #opened: Promise<BusReader>;
  #reader: BusReader | undefined;
  /** Why nothing more is received. What came before it is good. */
  #failed: Error | undefined;
  #looking: 'once' | 'again' | undefined;
  readonly #stopListening: () => void;

  constructor(
    private readonly parts: WindowParts,
    place: Place,
    readonly counted: Counted,
  ) {
    this.#merged = new MergedEvents(place);
    this.#members = new WindowMembers(parts.patienceMs ?? PATIENCE_MS);
    this.#partitions = [...place.marks].map(
      ([partition, mark]) => new PartitionWindow(partition, mark, place.position),
    );
    const offsets = [...place.marks].map(([partition, { next }]): [number, bigint] => [partition, next]);
    this.#opened = parts.bus.openReader(counted.topic, new Map(offsets));
    this.#opened.then(
      (reader) => {
        this.#reader = reader;
        reader.onArrived(() => void this.#look());
      },
      (error: unknown) => {
        this.#fail(asError(error));
      },
    );
    this.#stopListening = parts.progress.onMoved(() => void this.#look());
  }

  /** Lanes that read it. */
  get size(): number {
    return this.#members.size;
  }

  isOf(partitions: readonly number[], { topic, generation }: Counted): boolean {
    return (
      topic === this.counted.topic &&
      generation === this.counted.generation &&
      partitions.length === this.#partitions.length &&
      partitions.every((partition, index) => this.#partitions[index]?.partition === partition)
    );
  }

  /** A lane may begin here: at what is held, or so near behind its end (`isNear`) that it will be soon. */
  canBegin(position: Position, marks: LaneMarks | undefined, isNear: (from: Position) => boolean): boolean {
    if (this.#failed || position < this.#merged.begin) return false;
    if (position > this.#merged.reached) return marks !== undefined && isNear(this.#merged.reached);
    return !marks || areAlike(marks, this.#merged.marksAt(position));
  }

  join(member: Member, position: Position, claims: LaneMarks | undefined): void {
    this.#members.add(member, position, position > this.#merged.reached ? claims : undefined);
  }

  /** It has been given pages up to there, and may ask for the next one. */
  holds(member: Member, position: Position): boolean {
    const own = this.#members.of(member);
    if (!own || position < own.keep) return false;
    return position <= this.#merged.reached || position === own.asked;
  }

  /** The last one closes the door. */
  async leave(member: Member): Promise<void> {
    this.#members.delete(member);
    this.#forget();
    if (this.#members.size > 0) return;
    this.#failed ??= new ReaderLostError('nobody reads it any more');
    this.#stopListening();
    await this.#opened.then(
      (reader) => reader.close(),
      () => undefined,
    );
  }

  /**
   * The page after a position. Waits for nothing but those who are behind, and not long for them.
   * @throws NotInWindowError
   */
  async read(member: Member, position: Position, limit: number, relayed: RelayCheckpoint): Promise<FeedPage> {
    await this.#opened;
    while (this.#merged.countAfter(position) < limit && !this.#failed) {
      if (this.#isFull() && this.#isHeldUp(member)) {
        if (this.#merged.countAfter(position) > 0) break;
        await this.#members.room(member);
        this.#forget();
      } else if (!this.#pull(limit, relayed)) break;
    }
    if (this.#merged.reached <= position) await this.#missed(relayed);
    if (this.#failed && this.#merged.reached <= position) throw this.#failed;
    return this.#page(member, position, limit);
  }

  /** Lets go of what is before the page that was asked for last. */
  #page(member: Member, position: Position, limit: number): FeedPage {
    const own = this.#members.of(member);
    if (!own) throw new NotInWindowError('it was left behind');
    own.given = position;
    const { reached } = this.#merged;
    if (position > reached) return { events: [], upTo: position, full: false, cursor: null };
    const marks = own.places.find((place) => place.position === position)?.marks ?? this.#merged.marksAt(position);
    if (own.claims && !areAlike(own.claims, marks)) throw new NotInWindowError('it has had other records');
    own.claims = undefined;
    if (position >= own.asked) own.keep = own.asked;
    own.asked = position;
    const page = this.#merged.after(position, limit);
    const isCut = page.length < this.#merged.countAfter(position);
    const upTo = isCut ? (page.at(-1)?.event.position ?? position) : reached;
    const place = { position: upTo, marks: marksAfter(marks, page) };
    own.places = [{ position, marks }, place];
    own.given = upTo;
    this.#forget();
    return {
      events: page.map(({ event }) => event),
      upTo,
      full: isCut || (this.#hasMore && page.length > 0),
      cursor: cursorOf(this.counted, place.marks),
    };
  }

  /** Takes what has come, up to about a page of all partitions together. Tells whether that was anything. */
  #pull(limit: number, relayed: RelayCheckpoint): boolean {
    const most = Math.min(limit, Math.max(LEAST_TAKEN, Math.ceil((2 * limit) / this.#partitions.length)));
    let taken = 0;
    this.#hasMore = false;
    try {
      for (const window of this.#partitions) taken += this.#take(window, most);
    } catch (error) {
      this.#fail(asError(error));
    }
    const reached = this.#partitions.reduce<Position | undefined>((least, window) => {
      const own = completeUpTo(window, relayed);
      return least === undefined || own < least ? own : least;
    }, undefined);
    if (reached === undefined || reached <= this.#merged.reached) {
      const { broken } = this.#partitions.find((window) => window.broken) ?? {};
      if (broken) this.#fail(broken);
      return taken > 0;
    }
    this.#merged.append(
      this.#partitions.flatMap((window) => window.takeUpTo(reached)),
      reached,
    );
    this.#members.wake(reached);
    return true;
  }

  #take(window: PartitionWindow, most: number): number {
    const wanted = most - window.waiting.length;
    if (window.broken || wanted <= 0 || !this.#reader) return 0;
    const records = this.#reader.take(window.partition, wanted);
    for (const record of records) window.receive(record);
    this.#hasMore ||= records.length === wanted;
    if (records.length > 0) this.#overdueSince.delete(window.partition);
    return records.length;
  }

  /** Something has come, or is complete now: whoever waits for it is woken, and nobody for what cannot be read yet. */
  async #look(): Promise<void> {
    if (this.#looking || this.#failed) {
      this.#looking &&= 'again';
      return;
    }
    do {
      this.#looking = 'once';
      // Without an answer: whoever reads next asks again, and is told why.
      const relayed = await this.parts.progress.current().catch(() => undefined);
      const isSame = relayed?.generation === this.counted.generation && relayed.epoch === this.parts.source.epoch;
      if (!isSame) this.#members.wakeAll();
      else if (!this.#members.isReadTo(this.#merged.reached)) continue;
      // There is no room for more, and whoever reads next waits for those who hold it.
      else if (this.#isFull()) this.#members.wakeThoseAt(this.#merged.reached);
      else this.#pull(LOOKED_FOR, relayed);
      // What was said in between may not be in the answer.
    } while (this.#isToldAgain());
    this.#looking = undefined;
  }

  #isToldAgain(): boolean {
    return this.#looking === 'again' && !this.#failed;
  }

  #fail(error: Error): void {
    if (this.#failed) return;
    this.#failed = error;
    this.#members.wakeAll();
  }

  #isFull(): boolean {
    return this.#merged.count >= (this.parts.mostEvents ?? MOST_EVENTS) || this.#merged.bytes >= MOST_BYTES;
  }

  #isHeldUp(member: Member): boolean {
    const own = this.#members.of(member);
    return own !== undefined && this.#merged.begin < own.keep;
  }

  #forget(): void {
    const { begin, reached } = this.#merged;
    const oldest = this.#members.oldest(begin);
    const position = oldest < reached ? oldest : reached;
    if (position <= begin) return;
    this.#merged.forget(position);
    this.#members.madeRoom();
  }

  /**
   * What the relay has written has to arrive. When it does not for a while, either this reader has fallen silent, or the end of a
   * partition was lost or forgotten, which no number would show before the next record.
   */
  async #missed(relayed: RelayCheckpoint): Promise<void> {
    const { bus, topic, overdueMs = OVERDUE_MS, now = Date.now } = this.parts;
    for (const { partition, mark, waiting } of this.#partitions) {
      const written = writtenTo(relayed, partition);
      const since = this.#overdueSince.get(partition) ?? now();
      // Of what waits here nothing was asked for, so nothing is overdue.
      if (mark.sequence >= written || waiting.length > 0) this.#overdueSince.delete(partition);
      else this.#overdueSince.set(partition, since);
      if (!this.#overdueSince.has(partition) || now() - since < overdueMs) continue;
      const { first, next } = (await bus.ends(topic)).get(partition) ?? { first: 0n, next: 0n };
      if (next <= mark.next || first > mark.next) this.#fail(new SequenceGapError(partition, mark, written));
      this.#fail(
        new ReaderLostError(`nothing has come from ${topic} for ${String(overdueMs)} ms although there is more`),
      );
    }
  }
}

/** Number of the last record that the relay has written to a partition. */
export const writtenTo = ({ marks }: RelayCheckpoint, partition: number): bigint => marks[partition]?.sequence ?? 0n;

/** Nothing of the partition is missing up to there. */
function completeUpTo({ partition, mark, reached }: PartitionWindow, relayed: RelayCheckpoint): Position {
  const hasAll = mark.sequence >= writtenTo(relayed, partition);
  return hasAll && relayed.position > reached ? relayed.position : reached;
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
