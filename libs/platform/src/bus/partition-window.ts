import { type Position, type RecordedEvent } from '#kernel';
import { type BusRecord } from './bus.port.js';
import { eventOf, ForeignRecordError, sequenceOf } from './event-records.js';
import { type PartitionMark } from './relay-checkpoint.js';

/** A record is missing: what follows it must not be applied. */
export class SequenceGapError extends Error {
  override readonly name = 'SequenceGapError';
  constructor(
    readonly partition: number,
    readonly last: PartitionMark,
    found: bigint,
  ) {
    super(`partition ${String(partition)} goes from record ${last.sequence.toString()} to ${found.toString()}`);
  }
}

/** An event, and the mark of its partition behind it. */
export interface Received {
  readonly event: RecordedEvent;
  readonly partition: number;
  readonly mark: PartitionMark;
  /** What it takes in memory, about. */
  readonly bytes: number;
}

/** Of an event beside its data, about. */
const EVENT_BYTES = 1_000;

/** What was received of one partition and not given on yet. */
export class PartitionWindow {
  readonly waiting: Received[] = [];
  /** Position of the last event that was received. */
  reached: Position;
  /** Why nothing more is received: a SequenceGapError or a ForeignRecordError. What came before it is good. */
  broken: Error | undefined;

  constructor(
    readonly partition: number,
    public mark: PartitionMark,
    position: Position,
  ) {
    this.reached = position;
  }

  /**
   * The rule of every reader of the topic: the next number is the next record; what is not above the last was there before; anything
   * else was lost.
   */
  receive(record: BusRecord): void {
    if (this.broken) return;
    try {
      this.#receive(record);
    } catch (error) {
      if (!(error instanceof SequenceGapError || error instanceof ForeignRecordError)) throw error;
      this.broken = error;
    }
  }

  #receive(record: BusRecord): void {
    const sequence = sequenceOf(record);
    if (sequence <= this.mark.sequence) return;
    if (sequence !== this.mark.sequence + 1n) throw new SequenceGapError(this.partition, this.mark, sequence);
    const event = eventOf(record);
    this.mark = { sequence, next: record.offset + 1n };
    this.reached = event.position;
    this.waiting.push({ event, partition: this.partition, mark: this.mark, bytes: EVENT_BYTES + record.value.length });
  }

  /** Takes out what is not behind a position. */
  takeUpTo(position: Position): readonly Received[] {
    const end = this.waiting.findIndex(({ event }) => event.position > position);
    return this.waiting.splice(0, end === -1 ? this.waiting.length : end);
  }
}
