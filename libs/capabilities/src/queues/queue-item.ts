import { distinctTags, isOverdue, NOBODY, type QueueItemView, type StatusCategory, type Turn } from '#contracts';
import { type EpochMs } from '#kernel';
import { NEVER, type QueueRow } from './queue-row.js';

export const itemColumns = `
  conversation_id, customer_id, channel, team, agent, priority, rank, category, status, tags, labels, turn_since, waiting_since, due_at, due_clock, promised_at,
  snoozed_until, direction, opened_at, last_message_at, version, since_position`;

/** What is read of a row; each value as the projection declares its column. */
export type ItemColumns = Omit<
  QueueRow,
  'until_position' | 'kept' | 'since_at' | 'until_at' | 'span' | 'stage' | 'unanswered_since' | 'clocks' | 'promises'
>;

export const rfc3339 = (time: EpochMs): string => new Date(time).toISOString();

const turnOf: Readonly<Record<StatusCategory, Turn>> = {
  open: 'ours',
  waiting_customer: 'customer',
  waiting_third_party: 'third_party',
  snoozed: 'nobody',
  // Shown to those who were mentioned in it alone; nobody waits for anything.
  resolved: 'nobody',
};

/** The row as it stands at a time. */
export function toQueueItem(row: ItemColumns, subject: string | null, at: EpochMs): QueueItemView {
  // The event that says so is stored a moment later; the time has come all the same.
  const woken = row.snoozed_until !== null && row.snoozed_until <= at;
  const category = woken ? 'open' : row.category;
  const due = row.due_at < NEVER;
  return {
    conversationId: row.conversation_id,
    customerId: row.customer_id,
    subject,
    channel: row.channel,
    team: row.team,
    agent: row.agent === NOBODY ? null : row.agent,
    priority: row.priority,
    category,
    status: woken ? 'open' : row.status,
    tags: distinctTags(row.tags),
    mentions: labelled(row.labels, 'mention:'),
    warned: labelled(row.labels, 'warn:'),
    turn: turnOf[category],
    turnSince: rfc3339(woken ? row.waiting_since : row.turn_since),
    nextDueAt: due ? rfc3339(row.due_at) : null,
    nextDueClock: due ? row.due_clock : null,
    breached: isOverdue(row.due_at, at),
    promisedAt: row.promised_at === null ? null : rfc3339(row.promised_at),
    // Keeping it when it is due is keeping it.
    promiseBroken: row.promised_at !== null && row.promised_at < at,
    snoozedUntil: woken || row.snoozed_until === null ? null : rfc3339(row.snoozed_until),
    direction: row.direction,
    openedAt: rfc3339(row.opened_at),
    lastMessageAt: rfc3339(row.last_message_at),
    version: String(row.version),
    position: row.since_position.toString(),
  };
}

const labelled = (labels: readonly string[], prefix: string): readonly string[] =>
  labels.filter((label) => label.startsWith(prefix)).map((label) => label.slice(prefix.length));
