import {
  answerKinds,
  type AttachmentView,
  channels,
  type ConversationMessageView,
  type ConversationView,
  textDirections,
} from '#contracts';
import { type EpochMs, fail, type Position, type Result, succeed } from '#kernel';
import { listColumns, rfc3339, toListItems } from './conversation-columns.js';
import { type ConversationMessageRow } from './conversation-messages.projection.js';
import { type ConversationRow } from './conversations.projection.js';
import { type DescribeAttachments, missingAttachment } from './describe-attachments.port.js';
import { type ConversationPorts } from './list-conversations.query.js';
import { textIn } from './open-conversations.port.js';

/** What one screen shows; older ones are on the customer's timeline and in the log. */
const MOST_MESSAGES = 100;
/** Of what they are stored as; one is shown at least. */
const MOST_BYTES = 1_048_576;
/** Times that a change of both read models may come in between. */
const LOOKS = 5;

/** What one conversation is shown from. */
export interface ConversationViewPorts extends ConversationPorts {
  readonly describeAttachments: DescribeAttachments;
}

type Found = ConversationRow & {
  /** Messages and notes of it and of those that were merged into it. */
  readonly said: bigint;
};

const conversationSql = `
  SELECT ${listColumns}, origin, wake, follows, absorbed, links, splits, last_position,
    message_count + (
      SELECT coalesce(sum(a.message_count), 0) FROM {conversations} a
      WHERE a.conversation_id IN (SELECT json_array_elements_text(c.absorbed)::uuid)
    ) AS said
  FROM {conversations} c WHERE conversation_id = $1::uuid`;

/** Its own and those of the conversations that were merged into it, as they were at a position. */
const ofConversation = `{conversation-messages} WHERE conversation_id = ANY ($1::uuid[]) AND position <= $2`;
const messagesSql = `
  WITH newest AS (SELECT * FROM ${ofConversation} ORDER BY position DESC LIMIT ${String(MOST_MESSAGES)}),
    summed AS (SELECT *, sum(octet_length(data::text)) OVER (ORDER BY position DESC) AS bytes FROM newest)
  SELECT * FROM summed WHERE bytes <= ${String(MOST_BYTES)} OR position = (SELECT max(position) FROM newest)
  ORDER BY position DESC`;
const countSql = `SELECT count(*) AS said FROM ${ofConversation}`;

/**
 * A conversation with its last messages; `undefined` where there is none, or its customer was erased. Two read models tell of it, and
 * what is answered is both of them at one version, the one that it says it is.
 * @param caughtUp waits until messages were applied up to a position, for as long as a reader may wait
 */
export async function getConversation(
  ports: ConversationViewPorts,
  conversationId: string,
  { now, caughtUp }: { readonly now: EpochMs; readonly caughtUp: (position: Position) => Promise<boolean> },
): Promise<Result<ConversationView | undefined, 'not-caught-up'>> {
  for (let look = 0; look < LOOKS; look += 1) {
    const [row] = await ports.readModels.query<Found>(conversationSql, [conversationId]);
    if (row === undefined) return succeed(undefined);
    if (!(await caughtUp(row.last_position))) return fail('not-caught-up');
    const messages = await messagesAt(ports, row);
    if (messages) return succeed(await toView(ports, row, messages, now));
  }
  return fail('not-caught-up');
}

/** The last messages as they were when the conversation was as in the row; nothing where a split has taken some along since. */
async function messagesAt(
  { readModels }: ConversationPorts,
  row: Found,
): Promise<readonly ConversationMessageRow[] | undefined> {
  const values = [[row.conversation_id, ...row.absorbed], row.last_position];
  const rows = await readModels.query<ConversationMessageRow>(messagesSql, values);
  const [count] = await readModels.query<Pick<Found, 'said'>>(countSql, values);
  return count?.said === row.said ? rows : undefined;
}

async function toView(
  ports: ConversationViewPorts,
  row: Found,
  messages: readonly ConversationMessageRow[],
  now: EpochMs,
): Promise<ConversationView | undefined> {
  const [item] = await toListItems(ports.open, [row], now);
  if (item === undefined) return undefined;
  const over = row.snoozed_until !== null && item.snoozedUntil === null;
  return {
    ...item,
    origin: row.origin,
    wake: item.snoozedUntil === null ? null : row.wake,
    follows: row.follows,
    absorbed: row.absorbed,
    links: row.links,
    splits: row.splits.map((split) => ({ ...split, at: rfc3339(split.at) })),
    snoozeEndedAt: over ? rfc3339(row.snoozed_until) : null,
    messages: await opened(ports, row.customer_id, messages),
    position: row.last_position.toString(),
  };
}

async function opened(
  { open, describeAttachments }: ConversationViewPorts,
  customerId: string,
  rows: readonly ConversationMessageRow[],
): Promise<readonly ConversationMessageView[]> {
  const parts = await open(
    rows.map((row) => ({
      customerId: row.customer_id,
      eventId: row.event_id,
      type: row.type,
      schemaVersion: row.schema_version,
      data: row.data,
    })),
  );
  const named = new Set(parts.flatMap((data) => textsIn(data, 'attachments')));
  const described = new Map((await describeAttachments(customerId, [...named])).map((each) => [each.id, each]));
  return rows.map((row, index) => toMessage(row, parts[index] ?? {}, described)).reverse();
}

const kindOf: Readonly<Record<string, ConversationMessageView['kind']>> = {
  'conversation.message_received': 'received',
  'conversation.replied': 'reply',
  'conversation.noted': 'note',
};

const toMessage = (
  row: ConversationMessageRow,
  data: Readonly<Record<string, unknown>>,
  described: ReadonlyMap<string, AttachmentView>,
): ConversationMessageView => ({
  id: row.message_id,
  kind: kindOf[row.type] ?? 'note',
  conversationId: row.conversation_id,
  channel: channels.find((channel) => channel === data['channel']) ?? null,
  by: textIn(data, 'by'),
  elsewhere: answerKinds.find((kind) => kind === data['elsewhere']) ?? null,
  author: textIn(data, 'author'),
  at: rfc3339(row.occurred_at),
  direction: textDirections.find((direction) => direction === data['direction']) ?? null,
  text: textIn(data, 'text'),
  attachments: textsIn(data, 'attachments').map((id) => described.get(id) ?? missingAttachment(id)),
  mentions: textsIn(data, 'mentions'),
  position: row.position.toString(),
});

function textsIn(data: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const value = data[name];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
