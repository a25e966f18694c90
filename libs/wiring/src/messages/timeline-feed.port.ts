import { type TimelineCategory, type TimelineEntryView } from '#contracts';
import { type Position } from '#kernel';

/** Live timelines. Injected by this symbol. */
export const TIMELINE_FEED: unique symbol = Symbol('TimelineFeed');

export interface TimelineFeed {
  /**
   * Every entry of the customer's timeline that was stored after a position, in store order, each once, and then those to come:
   * it ends only with the signal or when the customer is erased. Pulled: nothing is read ahead of a slow caller.
   * @param customerId UUID, as `GetCustomer` answers it
   * @param category without it, all entries
   */
  follow(
    customerId: string,
    after: Position | 'now',
    signal: AbortSignal,
    category?: TimelineCategory,
  ): AsyncIterable<TimelineEntryView>;
}
