import type { EpochMs, RecordedEvent } from '#kernel';
import {
  type ConversationOpenedDto,
  type MessageReceivedDto,
  type NotedDto,
  type RepliedDto,
} from './message-events.dto.js';
import {
  type PromiseBrokenDto,
  type PromisedDto,
  type PromiseKeptDto,
  type PromiseRescheduledDto,
  type PromiseWaivedDto,
} from './promise-events.dto.js';
import {
  type AbsorbedDto,
  type ForgottenDto,
  type LinkedDto,
  type MergedDto,
  type ReleasedDto,
  type SpamClearedDto,
  type SplitOffDto,
  type UnmergedDto,
} from './relation-events.dto.js';
import {
  type AssignedDto,
  type ByDto,
  type PrioritisedDto,
  type ReopenedDto,
  type SnoozedDto,
  type StatusChangedDto,
  type TaggedDto,
  type TransferredDto,
  type WokenDto,
} from './work-events.dto.js';

/** What each type of event says. Members that are personal are absent where it is read sealed, and of an erased customer for ever. */
export interface ConversationData {
  readonly 'conversation.opened': ConversationOpenedDto;
  readonly 'conversation.message_received': MessageReceivedDto;
  readonly 'conversation.replied': RepliedDto;
  readonly 'conversation.noted': NotedDto;
  readonly 'conversation.assigned': AssignedDto;
  readonly 'conversation.transferred': TransferredDto;
  readonly 'conversation.prioritised': PrioritisedDto;
  readonly 'conversation.tagged': TaggedDto;
  readonly 'conversation.status_changed': StatusChangedDto;
  readonly 'conversation.snoozed': SnoozedDto;
  readonly 'conversation.woken': WokenDto;
  readonly 'conversation.reopened': ReopenedDto;
  readonly 'conversation.merged': MergedDto;
  readonly 'conversation.unmerged': UnmergedDto;
  readonly 'conversation.absorbed': AbsorbedDto;
  readonly 'conversation.forgotten': ForgottenDto;
  readonly 'conversation.released': ReleasedDto;
  readonly 'conversation.split_off': SplitOffDto;
  readonly 'conversation.spam_marked': ByDto;
  readonly 'conversation.spam_cleared': SpamClearedDto;
  readonly 'conversation.mention_seen': ByDto;
  readonly 'conversation.linked': LinkedDto;
  readonly 'conversation.unlinked': LinkedDto;
  readonly 'conversation.promised': PromisedDto;
  readonly 'conversation.promise_kept': PromiseKeptDto;
  readonly 'conversation.promise_rescheduled': PromiseRescheduledDto;
  readonly 'conversation.promise_waived': PromiseWaivedDto;
  readonly 'conversation.promise_broken': PromiseBrokenDto;
}

export type ConversationEventType = keyof ConversationData;

/** What was promised in a conversation, and what became of it. */
export type PromiseEventType = Extract<ConversationEventType, `conversation.promise${string}`>;

/** Something that was decided about a conversation. `at` becomes the event's `occurredAt`. */
export type ConversationFact = {
  [T in ConversationEventType]: {
    readonly type: T;
    readonly at: EpochMs;
    readonly data: Readonly<ConversationData[T]>;
  };
}[ConversationEventType];

/** As the store has it. Its key is the customer; its stream `conversation-<id>`. */
export type ConversationEvent = {
  [T in ConversationEventType]: RecordedEvent<T, Readonly<ConversationData[T]>>;
}[ConversationEventType];

const STREAM = 'conversation-';
export const conversationStream = (conversationId: string): string => `${STREAM}${conversationId}`;
export const conversationIdOf = (stream: string): string => stream.slice(STREAM.length);

export const isConversationEvent = (event: RecordedEvent): event is ConversationEvent =>
  event.type.startsWith(`conversation.`);
