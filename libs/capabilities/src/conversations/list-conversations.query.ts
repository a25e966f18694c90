import {
  type ConversationListParameters,
  type ConversationPage,
  type Cursor,
  decodeCursor,
  DEFAULT_PAGE_LIMIT,
  NOBODY,
  pageOf,
  statusCategories,
  type StatusCategory,
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
  const { sql, values } = pageQuery(request, cursor, place);
  const rows = await readModels.query<ListColumns>(sql, values);
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
function pageQuery(request: ConversationListRequest, cursor: Cursor | undefined, place: Place | undefined) {
  const { customerId, categories = [], agent, team, now, limit = DEFAULT_PAGE_LIMIT } = request;
  const values: unknown[] = [];
  const given = (value: unknown, type: string): string => `$${String(values.push(value))}::${type}`;
  const [beyond, sort] = cursor === undefined || cursor.towards === 'next' ? ['<', 'DESC'] : ['>', 'ASC'];
  const order = `ORDER BY last_message_at ${sort}, conversation_id ${sort} LIMIT ${String(limit + 1)}`;
  const all = [`stage = 'active'`];
  if (customerId !== undefined) all.push(`customer_id = ${given(customerId, 'uuid')}`);
  if (agent !== undefined) all.push(agent === NOBODY ? 'agent IS NULL' : `agent = ${given(agent, 'text')}`);
  if (team !== undefined) all.push(`team = ${given(team, 'text')}`);
  if (place !== undefined) {
    const from = `(${given(rfc3339(place.last_message_at), 'timestamptz')}, ${given(place.conversation_id, 'uuid')})`;
    all.push(`(last_message_at, conversation_id) ${beyond} ${from}`);
  }
  // Each in its order by an index of its own: what was resolved long ago is not read through for what is open.
  const filtered = categories.length > 0 || agent !== undefined || team !== undefined;
  const asked = categories.length > 0 ? categories : statusCategories;
  const parts = filtered ? partsOf(asked, () => given(rfc3339(now), 'timestamptz')) : [[]];
  const selects = parts.map(
    (part) => `(SELECT ${listColumns} FROM {conversations} WHERE ${[...all, ...part].join(' AND ')} ${order})`,
  );
  return { sql: `SELECT * FROM (${selects.join(' UNION ALL ')}) found ${order}`, values };
}

/** A snooze that is over counts as open. */
const partsOf = (categories: readonly StatusCategory[], at: () => string): readonly (readonly string[])[] =>
  [...new Set(categories)].flatMap((category) => {
    const of = `category = '${category}'`;
    if (category === 'snoozed') return [[of, `snoozed_until > ${at()}`]];
    return category === 'open' ? [[of], [`category = 'snoozed'`, `snoozed_until <= ${at()}`]] : [[of]];
  });
