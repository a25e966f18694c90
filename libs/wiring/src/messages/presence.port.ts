import { type OwnPresenceView, type PresenceState, type PresenceView } from '#contracts';
import { type Result } from '#kernel';
import { type Principal } from '#platform/access';

/** Who has which conversation open. Injected by this symbol. */
export const PRESENCE: unique symbol = Symbol('Presence');

export type PresenceFailure =
  | { readonly code: 'conversation_not_found' }
  /** More have it open than can be kept. */
  | { readonly code: 'overloaded'; readonly retryAfterMs: number };

export interface PresencePort {
  /** Says that somebody has it open, or is writing in it; to be said again as long as it is true. */
  enter(
    conversationId: string,
    principal: Principal,
    state: PresenceState,
  ): Promise<Result<OwnPresenceView, PresenceFailure>>;
  leave(conversationId: string, principal: Principal): Promise<void>;
  inConversation(conversationId: string): Promise<Result<PresenceView, PresenceFailure>>;
  /** Who is there now, and each change, until the signal: of one conversation, or of all. */
  follow(signal: AbortSignal, conversationId?: string): AsyncIterable<PresenceView>;
}
