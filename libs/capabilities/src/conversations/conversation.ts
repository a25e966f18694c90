import { type Channel, type Priority, type StatusCategory, type WakeRule } from '#contracts';
import { type EpochMs } from '#kernel';

/** What is decided by of a conversation: nothing personal. */
export interface KnownConversation {
  readonly stage: 'active' | 'merged' | 'spam';
  /** Events so far: the version of its stream. */
  readonly version: number;
  readonly customerId: string;
  /** Of the customer's key. */
  readonly incarnation: number;
  readonly channel: Channel | null;
  readonly category: StatusCategory;
  /** The organisation's own word for it. */
  readonly status: string;
  readonly agent: string | null;
  readonly team: string | null;
  readonly priority: Priority;
  readonly tags: readonly string[];
  /** While it is snoozed. */
  readonly snooze: { readonly until: EpochMs; readonly wake: WakeRule } | null;
  readonly resolvedAt: EpochMs | null;
  /** Version of the last message of either side that both can see. */
  readonly spokenAtVersion: number;
  readonly messages: readonly string[];
  readonly mergedInto: string | null;
  readonly absorbed: readonly string[];
  readonly links: readonly string[];
}

export type Conversation = { readonly stage: 'unknown' } | KnownConversation;

export const noConversation: Conversation = { stage: 'unknown' };

/** Whoever writes more needs another conversation: every command folds all of it. */
export const MAX_MESSAGES = 2_000;
/** Of one conversation, messages and everything that was done to it. */
export const MAX_EVENTS = 10_000;
export const MAX_LINKS = 50;
export const MAX_ABSORBED = 50;
