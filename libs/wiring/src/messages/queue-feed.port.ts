import { type QueueChangeView, type QueueFilter, type QueueView } from '#contracts';
import { type EpochMs, type Position } from '#kernel';

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
   * What changes in a view after a mark, until the signal. Pulled: nothing is read ahead of a slow caller.
   * @param self kind and id of whoever asks
   */
  follow(
    selection: QueueFilter & { readonly view: QueueView; readonly self: string },
    from: QueueMark,
    signal: AbortSignal,
  ): AsyncIterable<QueueChangeView>;
}
