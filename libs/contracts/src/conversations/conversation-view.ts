import { type AttachmentView } from '../attachments/attachment-view.js';
import { type Page } from '../paging.js';
import { type Channel, type TextDirection } from '../touchpoints/touchpoint-event.js';
import { type AnswerKind, type Priority, type StatusCategory, type WakeRule } from './conversation-words.js';

/** A conversation as a list shows it. Times are RFC 3339 in UTC. */
export interface ConversationListItemView {
  readonly id: string;
  readonly customerId: string;
  /** `null` when it was erased. */
  readonly subject: string | null;
  readonly channel: Channel | null;
  /** `merged`: it goes on in `mergedInto`. */
  readonly stage: 'active' | 'merged' | 'spam';
  /** What its status counts as. A snooze that is over counts as open. */
  readonly category: StatusCategory;
  /** The organisation's own word for how it stands. */
  readonly status: string;
  /** Whose it is: kind and id, `user:0198…`. */
  readonly agent: string | null;
  readonly team: string | null;
  readonly priority: Priority;
  readonly tags: readonly string[];
  readonly openedAt: string;
  /** Of the last message that the customer can see. */
  readonly lastMessageAt: string;
  readonly snoozedUntil: string | null;
  readonly resolvedAt: string | null;
  readonly mergedInto: string | null;
  /** Messages and notes. */
  readonly messageCount: number;
  /** Of its stream: the `ETag`, and what a reply is `sinceVersion`. */
  readonly version: string;
}

export type ConversationPage = Page<ConversationListItemView>;

/** Something that was said in a conversation. */
export interface ConversationMessageView {
  readonly id: string;
  /** `received` from the customer, a public `reply`, or a `note` among colleagues. */
  readonly kind: 'received' | 'reply' | 'note';
  /** Where it was said: another conversation, where that was merged into this one. */
  readonly conversationId: string;
  readonly channel: Channel | null;
  /** Who of us said it; `null` for the customer. */
  readonly by: string | null;
  /** In what kind of touchpoint one of us answered elsewhere; `null` for what was said here, and by the customer. */
  readonly elsewhere: AnswerKind | null;
  /** Whoever answered elsewhere, as they are called there; `null` where that is not told, and where it was erased. */
  readonly author: string | null;
  readonly at: string;
  /** Direction of the text, by its first strong character. */
  readonly direction: TextDirection | null;
  /** `null` where there is none, and where it was erased. */
  readonly text: string | null;
  readonly attachments: readonly AttachmentView[];
  readonly mentions: readonly string[];
  readonly position: string;
}

/** Some messages were split off. */
export interface ConversationSplitView {
  /** The conversation that they are in since then. */
  readonly into: string;
  /** Who did it: kind and id. */
  readonly by: string;
  readonly at: string;
  /** How many. */
  readonly messages: number;
}

export interface ConversationView extends ConversationListItemView {
  readonly origin: string;
  readonly wake: WakeRule | null;
  /** The conversation that it continues. */
  readonly follows: string | null;
  /** Conversations that were merged into it. */
  readonly absorbed: readonly string[];
  /** Conversations that it has to do with, of any customer; each of them has it among its own. */
  readonly links: readonly string[];
  /** The last 50 times that some of its messages went on in a conversation of their own. */
  readonly splits: readonly ConversationSplitView[];
  /** When its snooze ended by itself; the event that says so comes with the next thing that happens in it. */
  readonly snoozeEndedAt: string | null;
  /** The last ones, at most 100 and 1 MB, oldest first. */
  readonly messages: readonly ConversationMessageView[];
  /** Position of the last event that is counted here. */
  readonly position: string;
}

/** Somebody did something to a conversation. */
export interface ConversationChangeView {
  readonly version: string;
  /** Type of the event, for example `conversation.replied`. */
  readonly type: string;
  /** Kind and id; `null` where the customer or the time did. */
  readonly by: string | null;
  readonly at: string;
  /** Of an assignment: whose it has been since then; `null` where it was given back. */
  readonly agent?: string | null;
}

/** What became of a command. */
export interface ConversationCommandView {
  readonly conversationId: string;
  /** The conversation that was split off. */
  readonly opened?: string;
  /** The promise that was made. */
  readonly promise?: string;
  /** Of the conversation after it. */
  readonly version: string;
  /** Decimal digits; pass it as `minPosition` to see it. */
  readonly position: string;
}
