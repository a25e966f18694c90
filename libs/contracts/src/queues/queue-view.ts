import { type StatusCategory, type Priority } from '../conversations/conversation-words.js';
import { type Page } from '../paging.js';
import { type ClockKind } from '../service-clocks/service-clock.js';
import { type Channel, type TextDirection } from '../touchpoints/touchpoint-event.js';
import { type QueueView, type Turn } from './queue-words.js';

/** A conversation that is open, or in which whoever asks was mentioned, as the queue shows it. Times are RFC 3339 in UTC. */
export interface QueueItemView {
  readonly conversationId: string;
  readonly customerId: string;
  /** `null` when it was erased. */
  readonly subject: string | null;
  readonly channel: Channel | null;
  readonly team: string | null;
  /** Whose it is: kind and id, `user:0198…`. */
  readonly agent: string | null;
  readonly priority: Priority;
  /** What its status counts as. A snooze that is over counts as open. */
  readonly category: StatusCategory;
  /** The organisation's own word for how it stands. */
  readonly status: string;
  readonly tags: readonly string[];
  /** Colleagues who were mentioned and have done nothing in it since. */
  readonly mentions: readonly string[];
  /** Who was warned that a service clock of it is due soon: persons, and teams as `team:` and their word. */
  readonly warned: readonly string[];
  readonly turn: Turn;
  /** Where it is ours: since the oldest message of the customer that nobody answered. */
  readonly turnSince: string;
  /** The earliest due time of its service clocks; past where it is breached, `null` where nothing runs. */
  readonly nextDueAt: string | null;
  readonly nextDueClock: ClockKind | null;
  readonly breached: boolean;
  /** When the first of our promises is due that is neither kept nor waived; past where it is broken, `null` where there is none. */
  readonly promisedAt: string | null;
  readonly promiseBroken: boolean;
  readonly snoozedUntil: string | null;
  /** Of the customer's last message. */
  readonly direction: TextDirection | null;
  readonly openedAt: string;
  /** Of the last message that the customer can see. */
  readonly lastMessageAt: string;
  /** Of the conversation's stream: what `If-Match` names. */
  readonly version: string;
  /** Position of the last event that changed it. */
  readonly position: string;
}

export interface QueuePage extends Page<QueueItemView> {
  /** The instant by which due times and snoozes are judged: of the first page, for all that follow it. */
  readonly at: string;
}

/** What became of a conversation that changed, in a view that somebody follows. */
export interface QueueChangeView {
  readonly conversationId: string;
  /** As it is now; `null` when it is not in the view, or not any more. */
  readonly item: QueueItemView | null;
  /** Up to which everything was told that changed before. */
  readonly position: string;
  /** By which its due time and snooze were judged. */
  readonly at: string;
}

/** How many conversations a view shows. */
export interface QueueCount {
  readonly count: number;
  /** There are more: counting ends at 1,000. */
  readonly capped: boolean;
}

export interface QueueCountsView {
  readonly at: string;
  readonly views: Readonly<Record<QueueView, QueueCount>>;
}
