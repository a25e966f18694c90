import type { EpochMs, Position, Projection, RecordedEvent } from '#kernel';

/** A stretch of the log, in store order. */
export interface EventPage {
  readonly events: readonly RecordedEvent[];
  /** Everything up to here was read: the last event's position, or beyond it where the source passed over others. */
  readonly upTo: Position;
  /** More can be read at once. False: the head was reached; wait for a hint or a while. */
  readonly full: boolean;
}

/** Where projections get their events from. Its order is the store's; it may be read from any position at any time. */
export interface EventSource {
  /** Epoch of the store when it was opened: a checkpoint of another epoch belongs to another history. */
  readonly epoch: bigint;
  /** Events after a position, at most `limit`; an empty page's `upTo` is `after`. */
  read(after: Position, limit: number): Promise<EventPage>;
  /** The event at a position; undefined where there is none. */
  eventAt(position: Position): Promise<RecordedEvent | undefined>;
  /** The last position; nothing at or before it can still appear. */
  head(): Promise<Position>;
  /** The last position recorded at or before a time. */
  positionAt(time: EpochMs): Promise<Position>;
  /** How many events lie after one position, up to another. Exact where positions have no holes, else an estimate from above. */
  distance(after: Position, upTo: Position): number;
  /** Calls back after the head may have moved. A hint: it may come late, twice or never. */
  onMoved(listener: () => void): () => void;
}

/**
 * Brings events to the schema version of the code and, for `opened`, opens their sealed parts. Pure but for the keys it
 * loads; answers one event for each, in their order.
 * @throws an error named `EventNewerThanCodeError` when an event was written by newer code: the consumer pauses.
 */
export type DecodeEvents = (
  events: readonly RecordedEvent[],
  reads: Projection['reads'],
) => Promise<readonly RecordedEvent[]>;
