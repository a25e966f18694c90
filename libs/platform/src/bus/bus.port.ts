import { type EpochMs } from '#kernel';

/** What is written to a topic. */
export interface NewBusRecord {
  readonly partition: number;
  readonly key: string;
  /** Text only. */
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
  /** The value where it may be no text; counts before `value`. */
  readonly bytes?: Uint8Array;
}

/** What is read from one. */
export interface BusRecord extends NewBusRecord {
  /** Its place in the partition: grows, may have holes. */
  readonly offset: bigint;
  /** Of what others write: when the topic got it, by the clock that the topic goes by. */
  readonly writtenAt?: EpochMs;
  /** The topic went by the clock of whoever sent it: `writtenAt` may be anything. */
  readonly stampedBy?: 'sender';
}

/** `own`: what the relay writes, which is text. `foreign`: what anybody may write: with its bytes, and when it was written. */
export type RecordForm = 'own' | 'foreign';

export interface PartitionEnds {
  /** The first offset that is still kept. */
  readonly first: bigint;
  /** What the next record gets: the end of what readers can see. */
  readonly next: bigint;
}

/** There is no such topic, or not in the shape that is expected; `remedy` says what a person has to do. */
export class BusGuardError extends Error {
  override readonly name = 'BusGuardError';
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(`${message} ${remedy}`);
  }
}

/** It was not learnt whether the records were written: all of them, some, or none. The writer is of no more use. */
export class WriteUnknownError extends Error {
  override readonly name = 'WriteUnknownError';
}

/** The reader is of no more use: open another one from where this one was. */
export class ReaderLostError extends Error {
  override readonly name = 'ReaderLostError';
}

/** Writes to one topic. Not for two callers at once: one write is in flight at most, which keeps the order of each partition. */
export interface BusWriter {
  /**
   * Resolves when every record is in its partition on enough brokers, in the order given. Answers, for each partition written to,
   * the offset behind its last record.
   * @throws WriteUnknownError
   */
  write(records: readonly NewBusRecord[]): Promise<ReadonlyMap<number, bigint>>;
  close(): Promise<void>;
}

/** Reads some partitions of one topic from given offsets on. What it holds in memory is bounded; it stops fetching beyond. */
export interface BusReader {
  /**
   * What has come from a partition, at most `limit`, in order; each record once. Nothing is waited for.
   * @throws ReaderLostError
   */
  take(partition: number, limit: number): readonly BusRecord[];
  /** Calls back when something may have come, or when the reader was lost. A hint. */
  onArrived(listener: () => void): void;
  close(): Promise<void>;
}

/** A log of partitions between processes. Its adapters pass `bus.conformance.ts`. */
export interface Bus {
  /** First and next offset of every partition of a topic. @throws BusGuardError when there is no such topic. */
  ends(topic: string): Promise<ReadonlyMap<number, PartitionEnds>>;
  /** What these settings of a topic are; those that it does not have are left out. */
  settings(topic: string, names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  openWriter(topic: string): Promise<BusWriter>;
  openReader(topic: string, from: ReadonlyMap<number, bigint>, form?: RecordForm): Promise<BusReader>;
  close(): Promise<void>;
}
