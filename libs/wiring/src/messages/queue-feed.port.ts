import { type LiveCountsView, type QueueChangeView, type QueueFilter, type QueueView } from '#contracts';
import { type EpochMs, type Position, type Result } from '#kernel';
import { type OnBehalfOf } from '../audited.js';
import { type QueryFailure } from './failures.js';

/** The live queue. Injected by this symbol. */
export const QUEUE_FEED: unique symbol = Symbol('QueueFeed');

/** How far somebody has seen the queue: the last change, and when that was known where it does not follow from it. */
export interface QueueMark {
  readonly after: Position;
  readonly at?: EpochMs;
}

export interface QueueFeed {
  /** The mark of whoever looks from now on. */
  now(): Promise<QueueMark>;
  /**
   * The mark of whoever has seen all up to a position. It stands in the audit log: from an early position on, what is told is the whole queue.
   * Fails with `unknown_position` where the log has not come so far, as after it was restored from an older copy.
   */
  since(position: Position, by: OnBehalfOf): Promise<Result<QueueMark, QueryFailure>>;
  /**
   * What changes in a view after a mark, until the signal. Pulled: nothing is read ahead of a slow caller.
   * @param self kind and id of whoever asks
   */
  follow(
    selection: QueueFilter & { readonly view: QueueView; readonly self: string },
    from: QueueMark,
    signal: AbortSignal,
  ): AsyncIterable<QueueChangeView>;
  /**
   * How many conversations each view of a reader has: at once, and when it changes, until the signal.
   * @param self kind and id of whoever asks
   */
  counts(
    filter: Pick<QueueFilter, 'team' | 'channel' | 'withinSeconds' | 'timeZone'>,
    self: string,
    signal: AbortSignal,
  ): AsyncIterable<LiveCountsView>;
}
