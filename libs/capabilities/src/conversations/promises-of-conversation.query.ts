import { type ConversationPromisesView, type ConversationPromiseView } from '#contracts';
import { type EpochMs } from '#kernel';
import { rfc3339 } from './conversation-columns.js';
import { type ConversationPromiseRow } from './conversation-promises.projection.js';
import { type ConversationPorts } from './list-conversations.query.js';
import { textIn } from './open-conversations.port.js';

const isThereSql = `SELECT conversation_id FROM {conversations} WHERE conversation_id = $1::uuid`;
/** As many as a conversation may have. */
const promisesSql = `
  SELECT * FROM {conversation-promises} WHERE conversation_id = $1::uuid ORDER BY position`;

/** The promises of a conversation; `undefined` where there is no such conversation, or its customer was erased. */
export async function promisesOfConversation(
  { readModels, open }: ConversationPorts,
  conversationId: string,
  now: EpochMs,
): Promise<ConversationPromisesView | undefined> {
  const [conversation] = await readModels.query(isThereSql, [conversationId]);
  if (conversation === undefined) return undefined;
  const rows = await readModels.query<ConversationPromiseRow>(promisesSql, [conversationId]);
  const opened = await open(
    rows.map((row) => ({
      ...{ customerId: row.customer_id, eventId: row.event_id, type: 'conversation.promised' },
      ...{ schemaVersion: row.schema_version, data: row.data },
    })),
  );
  return { conversationId, promises: rows.map((row, index) => toView(row, opened[index], now)) };
}

function toView(
  row: ConversationPromiseRow,
  data: Readonly<Record<string, unknown>> | undefined,
  now: EpochMs,
): ConversationPromiseView {
  // The event that says so is stored a moment later; it was due all the same.
  const over = row.status === 'open' && row.due_at < now;
  const brokenAt = over ? row.due_at : row.broken_at;
  return {
    id: row.promise_id,
    what: textIn(data, 'what'),
    condition: textIn(data, 'condition'),
    owner: row.owner,
    dueAt: rfc3339(row.due_at),
    status: over ? 'broken' : row.status,
    madeAt: rfc3339(row.made_at),
    by: row.by,
    brokenAt: brokenAt === null ? null : rfc3339(brokenAt),
    settledAt: row.settled_at === null ? null : rfc3339(row.settled_at),
    reschedules: row.reschedules,
    position: row.position.toString(),
  };
}
