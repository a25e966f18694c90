import { AGENT } from '#contracts';
import { type ReadModels } from '#kernel';
import { MAX_EVENTS, MAX_MESSAGES } from './conversation.js';
import { type ConversationRow } from './conversations.projection.js';
import { type OwnConversation } from './own-exchanges.js';

/** A customer's message goes to one of their last conversations, or to none of them. */
const MOST_OWN = 200;

const ownSql = `
  SELECT conversation_id, stage, category, channel, team, priority, tags, thread, resolved_at, merged_into, follows, message_count, version,
    opened_at, last_message_at FROM {conversations}
  WHERE customer_id = $1::uuid ORDER BY last_message_at DESC, conversation_id DESC LIMIT ${String(MOST_OWN)}`;

/** The conversations of a customer that their next touchpoint may belong to. */
export async function ownConversations(
  readModels: ReadModels,
  customerId: string,
): Promise<readonly OwnConversation[]> {
  const rows = await readModels.query<ConversationRow>(ownSql, [customerId]);
  return rows.map((row) => ({
    id: row.conversation_id,
    stage: row.stage,
    category: row.category,
    channel: row.channel,
    team: row.team,
    priority: row.priority,
    tags: row.tags,
    thread: row.thread,
    resolvedAt: row.resolved_at,
    mergedInto: row.merged_into,
    follows: row.follows,
    full: row.message_count >= MAX_MESSAGES || row.version >= MAX_EVENTS,
    openedAt: row.opened_at,
    lastMessageAt: row.last_message_at,
  }));
}

const messageSql = `SELECT conversation_id FROM {conversation-messages} WHERE message_id = $1::uuid AND customer_id = $2::uuid`;

/** Where a message of a customer's conversations is; nothing where it was never taken up. */
export async function conversationOfMessage(
  readModels: ReadModels,
  customerId: string,
  messageId: string,
): Promise<string | undefined> {
  const [row] = await readModels.query<{ readonly conversation_id: string }>(messageSql, [messageId, customerId]);
  return row?.conversation_id;
}

const lastAgentSql = `
  SELECT agent FROM (
    SELECT agent, conversation_id, stage, last_message_at FROM {conversations}
    WHERE customer_id = $1::uuid ORDER BY last_message_at DESC, conversation_id DESC LIMIT ${String(MOST_OWN)}) AS own
  WHERE agent ~ $3 AND conversation_id <> $2::uuid AND stage = 'active'
  ORDER BY last_message_at DESC, conversation_id DESC LIMIT 1`;

/** Whoever has the one of a customer's other conversations in which something was said last: somebody who can be given one. */
export async function lastAgentOf(
  readModels: ReadModels,
  customerId: string,
  besides: string,
): Promise<string | undefined> {
  const [row] = await readModels.query<{ readonly agent: string }>(lastAgentSql, [customerId, besides, AGENT]);
  return row?.agent;
}
