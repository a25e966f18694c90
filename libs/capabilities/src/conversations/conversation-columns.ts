import { type ConversationListItemView, distinctTags } from '#contracts';
import { type EpochMs } from '#kernel';
import { type ConversationRow } from './conversations.projection.js';
import { type OpenParts, textIn } from './open-conversations.port.js';

/** What a list shows of a conversation; each value as the projection declares its column. */
export const listColumns = `
  conversation_id, customer_id, stage, channel, category, status, agent, team, priority, tags, snoozed_until, resolved_at, merged_into,
  opened_at, last_message_at, message_count, version, opened_event_id, opened_data`;

export type ListColumns = Omit<
  ConversationRow,
  'origin' | 'thread' | 'follows' | 'wake' | 'absorbed' | 'links' | 'splits' | 'last_position'
>;

export const rfc3339 = (time: EpochMs): string => new Date(time).toISOString();
const orNull = (time: EpochMs | null): string | null => (time === null ? null : rfc3339(time));

/** The items of rows, in their order. */
export async function toListItems(
  open: OpenParts,
  rows: readonly ListColumns[],
  now: EpochMs,
): Promise<readonly ConversationListItemView[]> {
  const opened = await open(
    rows.map((row) => ({
      customerId: row.customer_id,
      eventId: row.opened_event_id,
      type: 'conversation.opened',
      schemaVersion: 1,
      data: row.opened_data,
    })),
  );
  return rows.map((row, index) => toListItem(row, textIn(opened[index], 'subject'), now));
}

function toListItem(row: ListColumns, subject: string | null, now: EpochMs): ConversationListItemView {
  // The event that says so comes with the next thing that happens in it; the time has come all the same.
  const over = row.snoozed_until !== null && row.snoozed_until <= now;
  return {
    id: row.conversation_id,
    customerId: row.customer_id,
    subject,
    channel: row.channel,
    stage: row.stage,
    category: over ? 'open' : row.category,
    status: over ? 'open' : row.status,
    agent: row.agent,
    team: row.team,
    priority: row.priority,
    tags: distinctTags(row.tags),
    openedAt: rfc3339(row.opened_at),
    lastMessageAt: rfc3339(row.last_message_at),
    snoozedUntil: over ? null : orNull(row.snoozed_until),
    resolvedAt: orNull(row.resolved_at),
    mergedInto: row.merged_into,
    messageCount: row.message_count,
    version: String(row.version),
  };
}
