import { type ConversationRefusal, type Missing, type UnlistedStatus } from '#capabilities';
import { type ConversationChangeView } from '#contracts';
import { type CommandFailure, type Named, type NamedAttachment } from './failures.js';

/** Why nothing was done to a conversation. */
export type ConversationFailure =
  | CommandFailure
  | { readonly code: 'conversation_not_found' }
  /** Before it is resolved it must have these. */
  | { readonly code: 'resolution_incomplete'; readonly version: string; readonly missing: readonly Missing[] }
  | { readonly code: 'macro_not_found' }
  | {
      readonly code: 'macro_refused';
      /** `needs-version`: it says something to the customer, and nobody says what they have read. */
      readonly reason: ActionReason | 'needs-version';
      /** Which one stopped it: 0 for the first. */
      readonly action: number | null;
      /** Whom or what it names that nobody has set up. */
      readonly unknown?: Named;
      readonly version: string;
      /** Who did what since the version that the sender knew, newest first. */
      readonly changes: readonly ConversationChangeView[];
    }
  | {
      readonly code: 'conversation_refused';
      readonly reason: ConversationReason;
      /** Whom or what the command names that nobody has set up, or uploaded. */
      readonly unknown?: Named | NamedAttachment;
      /** Of the conversation as it is; `null` where there is none. */
      readonly version: string | null;
      /** Who did what since the version that the sender knew, newest first. */
      readonly changes: readonly ConversationChangeView[];
    };

export type ConversationReason =
  | ConversationRefusal
  /** The list of statuses does not have it, or has it for something else. */
  | UnlistedStatus
  /** Nobody is known by this. */
  | 'unknown-agent'
  /** Nobody has set it up: no agent would ever be given the conversation. */
  | 'unknown-team'
  /** Never uploaded, gone, or another customer's. */
  | 'unknown-attachment'
  /** Not a touchpoint in which the customer says something to us, or we to them. */
  | 'no-exchange'
  /** We said something elsewhere, and no conversation is there that it could belong to. */
  | 'nothing-to-answer';

export type ActionReason =
  | ConversationReason
  | 'may-not-assign'
  | 'unknown-canned-reply'
  /** A variable of the canned reply has no value here, and no words instead. */
  | 'missing-variable'
  /** Nobody would see anything of what the canned reply says here. */
  | 'blank-reply';
