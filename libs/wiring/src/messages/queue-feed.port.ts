import { type QueueChangeView, type QueueFilter, type QueueView } from '#contracts';
import { type Position } from '#kernel';

/** The live queue. Injected by this symbol. */
export const QUEUE_FEED: unique symbol = Symbol('QueueFeed');

export interface QueueFeed {
  /**
   * What changes in a view after a position, until the signal. Pulled: nothing is read ahead of a slow caller.
   * @param self kind and id of whoever asks
   */
  follow(
    selection: QueueFilter & { readonly view: QueueView; readonly self: string },
    after: Position | 'now',
    signal: AbortSignal,
  ): AsyncIterable<QueueChangeView>;
}
