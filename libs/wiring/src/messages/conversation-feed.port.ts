import { type ConversationMovedView } from '#contracts';
import { type Position } from '#kernel';

/** Live conversations. Injected by this symbol. */
export const CONVERSATION_FEED: unique symbol = Symbol('ConversationFeed');

export interface ConversationFeed {
  /** That it changed after a position, until the signal or until its customer is erased. Pulled. */
  follow(conversationId: string, after: Position, signal: AbortSignal): AsyncIterable<ConversationMovedView>;
}
