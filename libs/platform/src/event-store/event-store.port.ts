import type { EpochMs, NewEvent, Position, RecordedEvent } from '#kernel';

/** What the writer believes about a stream: anything, that it is new, that it is there, or its exact version. */
export type Expectation = 'any' | 'none' | 'exists' | { readonly version: number };

/** Events for one stream, and what is believed about it. */
export interface StreamAppend {
  /** `<category>-<id>`, for example `persona-018f…`; at most 200 characters; never holds personal data. */
  readonly stream: string;
  readonly expect: Expectation;
  /** At least one, unless `close` is set. */
  readonly events: readonly NewEvent[];
  /** Nothing can be appended to the stream after this. */
  readonly close?: boolean;
}

/** All or nothing: every stream of the request is appended in one flush, or none. Each stream at most once. */
export interface AppendRequest {
  /** UUID. The unit of idempotency: the same id and hash give the stored result, the same id and another hash is refused. */
  readonly appendId: string;
  /** 16 bytes over what the caller asked for (before sealing, which is different each time). */
  readonly requestHash: Uint8Array;
  readonly streams: readonly StreamAppend[];
}

export type AppendOutcome =
  | {
      /** `appended` now, or `repeated`: stored before under the same append id. */
      readonly status: 'appended' | 'repeated';
      /** Of the first and last event; the positions between are the request's other events, in its order. */
      readonly firstPosition: Position;
      readonly lastPosition: Position;
      readonly recordedAt: EpochMs;
      /** Version after the append of each stream, in the order of the request. */
      readonly versions: readonly number[];
    }
  | { readonly status: 'conflict'; readonly stream: string; readonly actualVersion: number }
  | { readonly status: 'closed'; readonly stream: string }
  /** The append id was used before for something else. */
  | { readonly status: 'id-reused' };

/** The queue in front of the store is full. Nothing was stored; try again after `retryAfterMs`. */
export class StoreBusyError extends Error {
  override readonly name = 'StoreBusyError';
  constructor(readonly retryAfterMs: number) {
    super(`the event store has as much queued as it may hold; retry in ${String(retryAfterMs)} ms`);
  }
}

/** The answer was lost. The events are stored or they are not: retry with the same append id to learn which. */
export class AppendOutcomeUnknownError extends Error {
  override readonly name = 'AppendOutcomeUnknownError';
}

/** The store did not answer in time, or is away. A read: nothing was changed, and it may be asked again. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/** More than the store takes in one append. Nothing was stored, and nothing will be however often it is tried. */
export class AppendTooLargeError extends Error {
  override readonly name = 'AppendTooLargeError';
  constructor(readonly limitBytes: number) {
    super(`the event store takes at most ${String(limitBytes)} bytes in one append`);
  }
}

/** The store cannot be used as it is; `remedy` says what a person has to do. */
export class StoreGuardError extends Error {
  override readonly name: string = 'StoreGuardError';
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(`${message} ${remedy}`);
  }
}

/** The store is in another epoch than this process: it can never append again, and has to be started anew. */
export class StoreFencedError extends StoreGuardError {
  override readonly name: string = 'StoreFencedError';
}

export interface AppendToStore {
  /**
   * Stores the request durably, or says why not. Resolves after the commit.
   * @throws StoreBusyError, AppendOutcomeUnknownError, AppendTooLargeError, StoreGuardError
   */
  append(request: AppendRequest): Promise<AppendOutcome>;
}

/**
 * Characters of JSON (`data` and `meta`) at which a page ends, however many events were asked for: a number of events alone
 * bounds no memory. At the usual 700 an event it is beyond any limit that is asked for.
 */
export const MAX_PAGE_CHARACTERS = 4 * 1024 * 1024;

/** Events that follow one another. */
export interface LogPage {
  readonly events: readonly RecordedEvent[];
  /**
   * It has as much as a page may have, and more may follow: read on after its last event. False: the end was reached. Its length says
   * neither, because large events end a page early.
   */
  readonly full: boolean;
}

export interface ReadFromStore {
  /**
   * Events after a position in store order: at most `limit`, and no more than MAX_PAGE_CHARACTERS of them, but one at least
   * where there is one.
   */
  readAll(after: Position, limit: number): Promise<LogPage>;
  /** The event at a position; undefined where there is none, also at a number that never was a position. */
  eventAt(position: Position): Promise<RecordedEvent | undefined>;
  /** Events of a stream after a version, bounded alike. */
  readStream(stream: string, afterVersion: number, limit: number): Promise<LogPage>;
  /** The last position; everything up to it is visible and nothing earlier can still appear. START when empty. */
  head(): Promise<Position>;
  /** The last position that was recorded at or before a time; START when there is none. */
  positionAt(time: EpochMs): Promise<Position>;
  /** How many events lie after one position, up to another: exact where positions have no holes, else an estimate from above. */
  distance(after: Position, upTo: Position): number;
  /** Calls back after something may have been appended, by any process. A hint: it may come late, twice or never. */
  onAppended(listener: () => void): () => void;
}

/** The log. Its adapters pass `event-store.conformance.ts`. */
export interface EventStore extends AppendToStore, ReadFromStore {
  /** Epoch of the store: grows on restore or fail-over, so that nobody continues on another history. */
  readonly epoch: bigint;
  /** Waits for what is queued, then lets go of its connections. */
  close(): Promise<void>;
}

export interface ReplayOptions {
  /** Events of a page; 1,000 unless told. */
  readonly batchSize?: number;
}

/** A store that programs run on: what they tell and ask of it beside the port. */
export interface OperatedEventStore extends EventStore {
  /** What waits for the store or is on its way to it. */
  readonly load: { readonly events: number; readonly requests: number };
  /** UUID of this log, the same for every process that opens it. */
  readonly storeId: string;
  /**
   * The log from a position up to its head, page by page in store order, as fast as it can be read: the next page is on its
   * way while one is worked on.
   */
  replay(after: Position, options?: ReplayOptions): AsyncIterable<readonly RecordedEvent[]>;
  /**
   * Which position a time in the past stands for, for ever: nothing is still to be recorded at or before it. `undefined` of a time that
   * is not over by the store's clock.
   */
  settledPositionAt(time: EpochMs): Promise<Position | undefined>;
  /**
   * Whether an append could be stored now; writes nothing.
   * @throws StoreFencedError, StoreGuardError, StoreUnavailableError, or what the database says
   */
  checkWritable(): Promise<void>;
  /** Resolves when the store has gone into another epoch: this process is of no use any more, and says why when it ends. */
  readonly fenced: Promise<StoreFencedError>;
}

/** One write of a store, whatever came of it. */
export interface FinishedFlush {
  /** Unix time. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly events: number;
  readonly failed: boolean;
  /** Metadata of its events as JSON. */
  readonly metadata: () => Iterable<string>;
}

/** What is known of a store, also of one that cannot be opened as it is. */
export interface StoreReport {
  readonly storeId: string;
  readonly epoch: bigint;
  /** Of the last event in the log; the start when there is none. */
  readonly head: Position;
  /** An event at this position was committed. */
  readonly mark: Position;
  /** Why it cannot be opened. */
  readonly problem: StoreGuardError | undefined;
}
