import type { Position } from '#kernel';
import type { EventPage, EventSource } from './event-source.port.js';
import { ReadAhead } from './read-ahead.js';

/** Where a lane goes on: its checkpoint, and what its feed wants to know again when it does. */
export interface ReadFrom {
  readonly position: Position;
  /** The feed's own; kept in the transaction that moves the checkpoint. Null: the position has to be enough. */
  readonly cursor: string | null;
}

export interface FeedPage extends EventPage {
  /** Belongs to `upTo`. */
  readonly cursor: string | null;
}

/** The log as one lane reads it; it may hold events of other lanes. Up to `upTo` it is complete, and in store order. */
export interface LaneInput {
  /** Goes on from any page that it gave, also from the one before the last, which could not be applied. */
  read(from: ReadFrom, limit: number): Promise<FeedPage>;
  /** Calls back after there may be more. A hint: it may come late, twice or never. */
  onMoved(listener: () => void): () => void;
  /** Lets go of what it holds; reading takes it again. */
  close(): Promise<void>;
}

/** Where lanes are fed from. */
export type LaneFeed = (lane: { readonly lane: number; readonly lanes: number }) => LaneInput;

/** From the store itself. */
export const storeFeed =
  (source: EventSource): LaneFeed =>
  () => {
    const pages = new ReadAhead(source);
    return {
      read: async ({ position }, limit) => ({ ...(await pages.read(position, limit)), cursor: null }),
      onMoved: (listener) => source.onMoved(listener),
      close: () => Promise.resolve(),
    };
  };
