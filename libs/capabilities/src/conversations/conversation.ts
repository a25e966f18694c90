import {
  type Channel,
  type Priority,
  type PromiseStatus,
  type StatusCategory,
  type TextDirection,
  type WakeRule,
} from '#contracts';
import { type EpochMs } from '#kernel';

/** Something that the customer said and no person answered. */
export interface Unanswered {
  readonly since: EpochMs;
  /** Unknown of what a split took along. */
  readonly message?: string;
  readonly direction?: TextDirection;
  /** The conversation that was merged into this one with it. */
  readonly from?: string;
}

/** How a conversation stood before others were merged into it. */
export interface Borrowed {
  /** Those of them that still are. */
  readonly from: readonly string[];
  readonly category: StatusCategory;
  readonly status: string;
  readonly snooze: KnownConversation['snooze'];
  /** Since when. */
  readonly since: EpochMs;
  /** Of the last merge. */
  readonly at: EpochMs;
  readonly version: number;
}

/** Something that we told the customer we would do by a time. */
export interface MadePromise {
  readonly id: string;
  readonly dueAt: EpochMs;
  readonly status: PromiseStatus;
}

/** Since when the customer waits for a person's reply; `null` where they do not. */
export const owedSince = (waiting: readonly Unanswered[]): EpochMs | null =>
  waiting.reduce<EpochMs | null>((oldest, { since }) => (oldest === null || since < oldest ? since : oldest), null);

/** What a person's answer of this time leaves unanswered. */
export const unansweredAfter = (waiting: readonly Unanswered[], at: EpochMs): readonly Unanswered[] =>
  waiting.filter(({ since }) => since > at);

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
  /** Who was mentioned and has done nothing in it since. */
  readonly mentioned: readonly string[];
  /** While it is snoozed. */
  readonly snooze: { readonly until: EpochMs; readonly wake: WakeRule } | null;
  readonly resolvedAt: EpochMs | null;
  /** Version of the last message of either side that both can see. */
  readonly spokenAtVersion: number;
  readonly messages: readonly string[];
  readonly waiting: readonly Unanswered[];
  /** Since when it is the turn of whose it is by the category. */
  readonly turnSince: EpochMs;
  /** Since when it stands as a person chose; `null` where something else moved it since. */
  readonly chosenSince: EpochMs | null;
  /** Of what the customer said last. */
  readonly direction: TextDirection | null;
  /** Its first message is history: how that was answered is not known here. */
  readonly imported: boolean;
  /** While nothing has moved it since the merge. */
  readonly borrowed: Borrowed | null;
  readonly mergedInto: string | null;
  readonly absorbed: readonly string[];
  readonly links: readonly string[];
  readonly promises: readonly MadePromise[];
}

export type Conversation = { readonly stage: 'unknown' } | KnownConversation;

export const noConversation: Conversation = { stage: 'unknown' };

/** Whoever writes more needs another conversation: every command folds all of it. */
export const MAX_MESSAGES = 2_000;
/** Of one conversation, messages and everything that was done to it. */
export const MAX_EVENTS = 10_000;
export const MAX_LINKS = 50;
export const MAX_ABSORBED = 50;
