import { type Cursor, decodeCursor, DEFAULT_PAGE_LIMIT, listOf, pageOf, type QueuePage } from '#contracts';
import { type EpochMs, fail, type Result, succeed } from '#kernel';
import { type QueuePorts } from './open-subjects.port.js';
import { type ItemColumns, rfc3339, toQueueItem } from './queue-item.js';
import { LAST_PLACE, type QueueSelection, selecting } from './queue-conditions.js';
import { type Place, queueSql } from './queue-sql.js';
import { NEVER } from './queue-row.js';
import { subjectsOf } from './subjects.js';

const LIST = 'queue';
const EARLIEST = Date.UTC(1900, 0, 1);
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

export interface QueueRequest {
  readonly selection: QueueSelection;
  /** When it is asked, or the time whose queue is asked for. */
  readonly at: EpochMs;
  /** As it was at that time; otherwise as it is. */
  readonly past: boolean;
  readonly cursor?: string;
  readonly limit?: number;
}

type PlacedRow = ItemColumns & { readonly place: number };

/**
 * A page of the queue: breached first, then by priority, remaining time, waiting since, and id. The pages of one walk judge due times and
 * snoozes by the time of its first one, so time passing moves nothing between them.
 */
export async function listQueue(
  { readModels, open }: QueuePorts,
  { selection, past, cursor: text, limit = DEFAULT_PAGE_LIMIT, ...asked }: QueueRequest,
): Promise<Result<QueuePage, 'invalid_cursor'>> {
  // The past of one time is another list than that of another, and a present has its time in the cursor.
  const list = listOf(LIST, { ...selecting(selection), ...(past && { asOf: asked.at }) });
  const cursor = text === undefined ? undefined : decodeCursor(list, text);
  const from = cursor === undefined ? undefined : placeIn(cursor);
  if (text !== undefined && from === undefined) return fail('invalid_cursor');
  // A past that was not asked for need not be settled yet.
  if (past && from !== undefined && from.at !== asked.at) return fail('invalid_cursor');
  const at = from?.at ?? asked.at;
  const { sql, values } = queueSql({
    ...{ selection, at, past, towards: cursor?.towards ?? 'next', most: limit + 1 },
    ...(from && { from: from.place }),
  });
  const rows = await readModels.query<PlacedRow>(sql, values);
  const page = pageOf(rows, { list, limit, cursor, keyOf: (row) => keyOf(row, at) });
  const subjects = await subjectsOf({ readModels, open }, page.data);
  return succeed({
    ...page,
    data: page.data.map((row) => toQueueItem(row, subjects.get(row.conversation_id) ?? null, at)),
    at: rfc3339(at),
  });
}

const keyOf = (row: PlacedRow, at: EpochMs): Cursor['key'] => [
  at,
  row.place,
  row.due_at,
  row.waiting_since,
  row.conversation_id,
];

/** What a row may hold; what is beyond it has no text that PostgreSQL takes for a time. */
const isTime = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= EARLIEST && value <= NEVER;

function placeIn({ key }: Cursor): { readonly at: EpochMs; readonly place: Place } | undefined {
  const [at, place, dueAt, waitingSince, id, ...others] = key;
  if (others.length > 0 || typeof place !== 'number' || !Number.isInteger(place) || place < 0 || place > LAST_PLACE)
    return undefined;
  if (!isTime(at) || !isTime(dueAt) || !isTime(waitingSince) || typeof id !== 'string' || !UUID.test(id))
    return undefined;
  return { at, place: { place, dueAt, waitingSince, id } };
}
