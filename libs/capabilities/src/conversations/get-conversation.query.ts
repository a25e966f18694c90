import { channels, type ConversationMessageView, type ConversationView, textDirections } from '#contracts';
import { type EpochMs } from '#kernel';
import { listColumns, rfc3339, toListItems } from './conversation-columns.js';
import { type ConversationMessageRow } from './conversation-messages.projection.js';
import { type ConversationRow } from './conversations.projection.js';
import { type ConversationPorts } from './list-conversations.query.js';
import { textIn } from './open-conversations.port.js';

/** What one screen shows; older ones are on the customer's timeline and in the log. */
const MOST_MESSAGES = 100;

const conversationSql = `
  SELECT ${listColumns}, origin, wake, follows, absorbed, links, last_position FROM {conversations} WHERE conversation_id = $1::uuid`;

/** Its own and those of the conversations that were merged into it. */
const messagesSql = `
  SELECT * FROM {conversation-messages} WHERE conversation_id = ANY ($1::uuid[])
  ORDER BY position DESC LIMIT ${String(MOST_MESSAGES)}`;

/** A conversation with its last messages; `undefined` where there is none, or its customer was erased. */
export async function getConversation(
  ports: ConversationPorts,
  conversationId: string,
  now: EpochMs,
): Promise<ConversationView | undefined> {
  const [row] = await ports.readModels.query<ConversationRow>(conversationSql, [conversationId]);
  if (row === undefined) return undefined;
  const [item] = await toListItems(ports.open, [row], now);
  if (item === undefined) return undefined;
  return {
    ...item,
    origin: row.origin,
    wake: item.snoozedUntil === null ? null : row.wake,
    follows: row.follows,
    absorbed: row.absorbed,
    links: row.links,
    messages: await messagesOf(ports, [conversationId, ...row.absorbed]),
    position: row.last_position.toString(),
  };
}

async function messagesOf(
  { readModels, open }: ConversationPorts,
  conversationIds: readonly string[],
): Promise<readonly ConversationMessageView[]> {
  const rows = await readModels.query<ConversationMessageRow>(messagesSql, [conversationIds]);
  const opened = await open(
    rows.map((row) => ({
      customerId: row.customer_id,
      eventId: row.event_id,
      type: row.type,
      schemaVersion: row.schema_version,
      data: row.data,
    })),
  );
  return rows.map((row, index) => toMessage(row, opened[index] ?? {})).reverse();
}

const kindOf: Readonly<Record<string, ConversationMessageView['kind']>> = {
  'conversation.message_received': 'received',
  'conversation.replied': 'reply',
  'conversation.noted': 'note',
};

const toMessage = (row: ConversationMessageRow, data: Readonly<Record<string, unknown>>): ConversationMessageView => ({
  id: row.message_id,
  kind: kindOf[row.type] ?? 'note',
  conversationId: row.conversation_id,
  channel: channels.find((channel) => channel === data['channel']) ?? null,
  by: textIn(data, 'by'),
  at: rfc3339(row.occurred_at),
  direction: textDirections.find((direction) => direction === data['direction']) ?? null,
  text: textIn(data, 'text'),
  attachments: textsIn(data, 'attachments'),
  mentions: textsIn(data, 'mentions'),
  position: row.position.toString(),
});

function textsIn(data: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const value = data[name];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
