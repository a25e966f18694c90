import {
  type Channel,
  type ClockDue,
  type ClockKind,
  type Priority,
  type StatusCategory,
  type TextDirection,
} from '#contracts';
import { type EpochMs, type Table } from '#kernel';

/** A clock of the conversation that was not stopped yet. */
export interface OpenClock extends ClockDue {
  readonly stream: string;
  readonly kind: ClockKind;
  /** Who was warned that it is due soon; absent where nobody was. */
  readonly warned?: readonly string[];
}

/** A promise that is neither kept nor waived. */
export interface OwedPromise {
  readonly id: string;
  readonly dueAt: EpochMs;
}

/**
 * A conversation as the queue shows it, as it is or as it was. Whatever the passing of time changes by itself is not here: a due time
 * that is over, a snooze that has ended. These are instants, and whoever asks says for which time.
 */
export type QueueRow = {
  readonly conversation_id: string;
  /** Position of the event that ended this state; 0 of the state that is. */
  readonly until_position: bigint;
  readonly customer_id: string;
  /**
   * `queued`: the queue shows it. `mentioned`: it is resolved, and is shown to those who were mentioned and have not seen it. `resting`:
   * merged, spam or resolved, and may come back. `past`: what was shown until `until_at`.
   */
  readonly kept: 'queued' | 'mentioned' | 'resting' | 'past';
  /** When this state was recorded, and which event led to it. */
  readonly since_at: EpochMs;
  readonly since_position: bigint;
  /** When the next one was recorded. */
  readonly until_at: EpochMs | null;
  /** How long a past state was, as a power of four in seconds, rounded up: what was at a time is found by it. */
  readonly span: number | null;
  readonly stage: 'active' | 'merged' | 'spam';
  readonly channel: Channel | null;
  readonly category: StatusCategory;
  readonly status: string;
  /** `nobody` where it is nobody's: an index finds a value, and would sort for a `null`. */
  readonly agent: string;
  readonly team: string | null;
  readonly priority: Priority;
  /** 0 of the most urgent. */
  readonly rank: number;
  /** As they were typed. */
  readonly tags: readonly string[];
  /** `tag:` with what a tag is known by, `warn:` and `mention:`, so that one index finds all of them. */
  readonly labels: readonly string[];
  /** When the turn came to whose it is by the category. */
  readonly turn_since: EpochMs;
  /** Since when it waits, or will have waited when its snooze ends. */
  readonly waiting_since: EpochMs;
  /** The oldest message of the customer after the last reply of a person. */
  readonly unanswered_since: EpochMs | null;
  /** `null` unless its category is snoozed. */
  readonly snoozed_until: EpochMs | null;
  readonly clocks: readonly OpenClock[];
  /** The earliest of its open clocks; `NEVER` where there is none. */
  readonly due_at: EpochMs;
  readonly due_clock: ClockKind | null;
  readonly promises: readonly OwedPromise[];
  /** When the first of them is due. */
  readonly promised_at: EpochMs | null;
  readonly direction: TextDirection | null;
  readonly opened_at: EpochMs;
  readonly last_message_at: EpochMs;
  /** Of the conversation's stream. */
  readonly version: number;
};

/** Later than anything is due, and still a time that both sides can write. */
export const NEVER = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

export const rankOf: Readonly<Record<Priority, number>> = { urgent: 0, high: 1, normal: 2, low: 3 };

/** Longest span that there is a class for: 4^20 seconds are 35,000 years. */
export const SPANS = 20;

/** The least power of four whose seconds a duration does not exceed. */
export function spanOf(durationMs: number): number {
  let span = 0;
  for (let most = 1_000; durationMs > most && span < SPANS; most *= 4) span += 1;
  return span;
}

/** The order of the queue among those of one rank: what is due first, who waits longest, and then by id, so that no two are alike. */
const ORDER = 'due_at, waiting_since, conversation_id';
const queued = `kept = 'queued'`;
const mentioned = `kept = 'mentioned'`;

export const queueTable: Table = {
  columns: {
    conversation_id: { type: 'uuid' },
    until_position: { type: 'bigint' },
    customer_id: { type: 'uuid' },
    kept: { type: 'text' },
    since_at: { type: 'timestamp' },
    since_position: { type: 'bigint' },
    until_at: { type: 'timestamp', nullable: true },
    span: { type: 'integer', nullable: true },
    stage: { type: 'text' },
    channel: { type: 'text', nullable: true },
    category: { type: 'text' },
    status: { type: 'text' },
    agent: { type: 'text' },
    team: { type: 'text', nullable: true },
    priority: { type: 'text' },
    rank: { type: 'integer' },
    tags: { type: 'json' },
    labels: { type: 'jsonb' },
    turn_since: { type: 'timestamp' },
    waiting_since: { type: 'timestamp' },
    unanswered_since: { type: 'timestamp', nullable: true },
    snoozed_until: { type: 'timestamp', nullable: true },
    clocks: { type: 'json' },
    due_at: { type: 'timestamp' },
    due_clock: { type: 'text', nullable: true },
    promises: { type: 'json' },
    promised_at: { type: 'timestamp', nullable: true },
    direction: { type: 'text', nullable: true },
    opened_at: { type: 'timestamp' },
    last_message_at: { type: 'timestamp' },
    version: { type: 'integer' },
  },
  primaryKey: ['conversation_id', 'until_position'],
  owner: 'customer_id',
  indexes: [
    // The whole queue, somebody's part of it, and a team's: each in its order. What is put aside is told from the index as well, so that
    // counting need not look at the rows.
    { on: `rank, ${ORDER}`, where: queued },
    { on: `agent, rank, ${ORDER}, snoozed_until`, where: queued },
    { on: `team, rank, ${ORDER}`, where: queued },
    { on: `team, agent, rank, ${ORDER}, snoozed_until`, where: queued },
    { on: `channel, rank, ${ORDER}`, where: queued },
    // What stands somehow, be it a few among a million; what is put aside is what stands as snoozed. A status that is another category's
    // is told from the index as well.
    { on: `category, rank, ${ORDER}, snoozed_until, status`, where: queued },
    { on: `status, rank, ${ORDER}, snoozed_until`, where: queued },
    { on: `rank, ${ORDER}, promised_at`, where: `${queued} AND promised_at IS NOT NULL` },
    { on: 'labels jsonb_path_ops', using: 'gin', where: `kept IN ('queued', 'mentioned')` },
    { on: `rank, ${ORDER}`, where: mentioned },
    // What changed, and what time changes by itself.
    { on: 'since_position', where: `kept <> 'past'` },
    { on: 'snoozed_until', where: `${queued} AND snoozed_until IS NOT NULL` },
    { on: 'promised_at', where: `${queued} AND promised_at IS NOT NULL` },
    // What was at a time: of each length, what ended soon after it; and what is still so.
    { on: 'span, until_at', where: `kept = 'past'` },
    { on: 'since_at', where: queued },
  ],
};
