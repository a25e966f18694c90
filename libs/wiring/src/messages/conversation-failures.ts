import { type ConversationRefusal } from '#capabilities';
import { type ConversationChangeView } from '#contracts';
import { type CommandFailure } from './failures.js';

/** Why nothing was done to a conversation. */
export type ConversationFailure =
  | CommandFailure
  | { readonly code: 'conversation_not_found' }
  | {
      readonly code: 'conversation_refused';
      readonly reason: ConversationReason;
      /** Of the conversation as it is; `null` where there is none. */
      readonly version: string | null;
      /** Who did what since the version that the sender knew, newest first. */
      readonly changes: readonly ConversationChangeView[];
    };

export type ConversationReason =
  | ConversationRefusal
  /** Nobody is known by this. */
  | 'unknown-agent'
  /** Not a touchpoint in which the customer says something to us. */
  | 'no-exchange';
