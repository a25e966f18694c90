import {
  type ConversationListParameters,
  type ConversationPage,
  type Cursor,
  decodeCursor,
  DEFAULT_PAGE_LIMIT,
  NOBODY,
  pageOf,
} from '#contracts';
import { type EpochMs, fail, type ReadModels, type Result, succeed } from '#kernel';
import { listColumns, type ListColumns, rfc3339, toListItems } from './conversation-columns.js';
import { type OpenParts } from './open-conversations.port.js';

const LIST = 'conversations';
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

export interface ConversationListRequest extends Omit<ConversationListParameters, 'customer' | 'minPosition'> {
  readonly customerId?: string;
  /** When it is asked: a snooze that is over counts as open. */
  readonly now: EpochMs;
}

export interface ConversationPorts {
  readonly readModels: ReadModels;
  readonly open: OpenParts;
}

interface Place {
  readonly last_message_at: EpochMs;
  readonly conversation_id: string;
}

/** Conversations that are neither merged nor spam, the one that was spoken in last first. */
export async function listConversations(
  { readModels, open }: ConversationPorts,
  request: ConversationListRequest,
): Promise<Result<ConversationPage, 'invalid_cursor'>> {
  const { limit = DEFAULT_PAGE_LIMIT, now } = request;
  const cursor = request.cursor === undefined ? undefined : decodeCursor(LIST, request.cursor);
  const place = cursor === undefined ? undefined : placeOf(cursor);
  if (request.cursor !== undefined && place === undefined) return fail('invalid_cursor');
  const sql = pageSql(cursor?.towards ?? 'next', place !== undefined, limit);
  const from = place === undefined ? [] : [rfc3339(place.last_message_at), place.conversation_id];
  const rows = await readModels.query<ListColumns>(sql, [...filterValues(request), ...from]);
  const page = pageOf(rows, { list: LIST, limit, cursor, keyOf });
  return succeed({ ...page, data: await toListItems(open, page.data, now) });
}

const keyOf = (row: Place): Cursor['key'] => [row.last_message_at, row.conversation_id];

function placeOf({ key }: Cursor): Place | undefined {
  const [at, id, ...others] = key;
  if (typeof at !== 'number' || typeof id !== 'string' || others.length > 0) return undefined;
  // What is beyond ±8.64e15 has no text as a time.
  return Math.abs(at) > 1e13 || !UUID.test(id) ? undefined : { last_message_at: at, conversation_id: id };
}

/** A filter that is not set lets everything pass. */
function pageSql(towards: Cursor['towards'], continued: boolean, limit: number): string {
  const [beyond, sort] = towards === 'next' ? ['<', 'DESC'] : ['>', 'ASC'];
  const category = `CASE WHEN category = 'snoozed' AND snoozed_until <= $5::timestamptz THEN 'open' ELSE category END`;
  return `
    SELECT ${listColumns} FROM {conversations}
    WHERE stage = 'active'
      AND ($1::uuid IS NULL OR customer_id = $1)
      AND ($2::text[] IS NULL OR ${category} = ANY ($2))
      AND ($3::text IS NULL OR agent = $3 OR agent IS NULL AND $3 = '${NOBODY}')
      AND ($4::text IS NULL OR team = $4)
      ${continued ? `AND (last_message_at, conversation_id) ${beyond} ($6::timestamptz, $7::uuid)` : ''}
    ORDER BY last_message_at ${sort}, conversation_id ${sort}
    LIMIT ${String(limit + 1)}`;
}

const filterValues = ({
  customerId,
  categories = [],
  agent,
  team,
  now,
}: ConversationListRequest): readonly unknown[] => [
  customerId ?? null,
  categories.length > 0 ? categories : null,
  agent ?? null,
  team ?? null,
  rfc3339(now),
];
