import { type PresenceState } from '#contracts';
import { type EpochMs } from '#kernel';
import { type Principal } from '#platform/access';

/** One place where somebody has a conversation open: a session, or a program with a key. */
export interface PresenceMark {
  readonly conversationId: string;
  /** Kind and id, `user:0198…`. */
  readonly agent: string;
  readonly state: PresenceState;
  readonly since: EpochMs;
}

/** How long a mark stands that nobody renews. */
export interface PresenceLimits {
  readonly viewingMs: number;
  /** Shorter: whoever stops writing has stopped soon. */
  readonly typingMs: number;
  /** Of one conversation, and of all of them; whoever comes then is told to come later. */
  readonly inConversation: number;
  readonly inAll: number;
  /** Of one session or key; with one more, the one that was renewed longest ago goes. */
  readonly ofHolder: number;
}

/**
 * Who has which conversation open, for all processes. Marks of a session or key that was ended, revoked or disabled do not count from that
 * moment on. Nothing of it survives the database's own restart, and nothing needs to.
 */
export interface Presence {
  /** Sets or renews a mark; false when there are too many. */
  enter(conversationId: string, principal: Principal, state: PresenceState): Promise<boolean>;
  /** Takes it back. */
  leave(conversationId: string, principal: Principal): Promise<void>;
  marksIn(conversationId: string): Promise<readonly PresenceMark[]>;
  allMarks(): Promise<readonly PresenceMark[]>;
}
