import {
  decodeCursor,
  DEFAULT_PAGE_LIMIT,
  pageOf,
  parsePosition,
  type Cursor,
  type TimelineOrder,
  type TimelinePage,
  type TimelineParameters,
} from '#contracts';
import { fail, START, succeed, type EpochMs, type Position, type ReadModels, type Result } from '#kernel';
import { type OpenTimeline } from './open-timeline.port.js';
import { entryColumns, fits, fittingEntries, isTouchpoint, openEntries, type FittingRow } from './timeline-entries.js';

/** What of a timeline is asked for. Times and limits are as `parseTimelineParameters` gives them. */
export interface TimelineRequest extends Omit<TimelineParameters, 'knownAt' | 'minPosition'> {
  /** UUID, as `resolveCustomer` gives it. */
  readonly customerId: string;
  /** What we knew then: nothing after this position of the store. */
  readonly knownUpTo?: Position;
}

export interface TimelinePorts {
  readonly readModels: ReadModels;
  readonly timeline: OpenTimeline;
}

/** A page of a customer's timeline, by `occurredAt` and, at the same time, by position; newest first unless told otherwise. */
export async function queryTimeline(
  { readModels, timeline }: TimelinePorts,
  request: TimelineRequest,
): Promise<Result<TimelinePage, 'invalid_cursor'>> {
  const { order = 'desc', limit = DEFAULT_PAGE_LIMIT } = request;
  // A cursor of the other order would walk the wrong way.
  const list = `timeline-${order}`;
  const cursor = request.cursor === undefined ? undefined : decodeCursor(list, request.cursor);
  const place = cursor === undefined ? undefined : placeOf(cursor);
  if (request.cursor !== undefined && place === undefined) return fail('invalid_cursor');

  const from = place === undefined ? [] : [timestamp(place.occurredAt), place.position.toString()];
  const sql = pageSql({ direction: walk(order, cursor), continued: place !== undefined, limit });
  const rows = await readModels.query<PageRow>(sql, [...filterValues(request), ...from]);
  const entries = rows.filter(isEntry);
  const page = pageOf(entries, {
    list,
    // Where the page is full of bytes before, the first entry that does not fit is the one that tells that it goes on.
    limit: Math.min(limit, entries.filter(fits).length),
    cursor,
    keyOf: ({ occurred_at: at, position }) => [at, position.toString()],
  });
  return succeed({
    ...page,
    data: await openEntries(timeline, page.data.filter(fits)),
    position: (rows[0]?.head ?? START).toString(),
  });
}

/** `head` is on every row, and alone on the only one when the page is empty. */
type PageRow = { readonly head: Position } & (FittingRow | { readonly event_id: null });
type EntryRow = PageRow & FittingRow;
const isEntry = (row: PageRow): row is EntryRow => row.event_id !== null;

interface Place {
  readonly occurredAt: EpochMs;
  readonly position: Position;
}

function placeOf({ key }: Cursor): Place | undefined {
  const [occurredAt, digits, ...others] = key;
  if (typeof occurredAt !== 'number' || typeof digits !== 'string' || others.length > 0) return undefined;
  // Touchpoints lie between 1900 and 2199; what is beyond ±8.64e15 has no text as a time.
  const position = Math.abs(occurredAt) > 1e13 ? undefined : parsePosition(digits);
  return position === undefined ? undefined : { occurredAt, position };
}

/** The way through the index: forwards on an ascending list, or backwards on a descending one, is upwards. */
const walk = (order: TimelineOrder, cursor: Cursor | undefined): 'up' | 'down' =>
  (order === 'asc') === (cursor?.towards !== 'prev') ? 'up' : 'down';

interface Walk {
  readonly direction: 'up' | 'down';
  /** From a place in the middle of the list. */
  readonly continued: boolean;
  readonly limit: number;
}

/** One statement, so that the page and `head` are of the same moment. A filter that is not set lets everything pass. */
function pageSql({ direction, continued, limit }: Walk): string {
  const [beyond, sort] = direction === 'up' ? ['>', 'ASC'] : ['<', 'DESC'];
  const found = `
      SELECT ${entryColumns} FROM {timeline}
      WHERE persona_id = $1::uuid
        AND occurred_at >= coalesce($2::timestamptz, '-infinity')
        AND occurred_at < coalesce($3::timestamptz, 'infinity')
        AND occurred_at <= coalesce($4::timestamptz, 'infinity')
        AND ($5::bigint IS NULL OR position <= $5)
        AND ($6::text[] IS NULL OR kind = ANY ($6) OR type = 'touchpoint.custom' AND 'custom' = ANY ($6))
        AND ($7::text[] IS NULL OR channel = ANY ($7))
        AND ($8::text IS NULL OR ${isTouchpoint} = ($8 = 'touchpoint'))
        ${continued ? `AND (occurred_at, position) ${beyond} ($9::timestamptz, $10::bigint)` : ''}
      ORDER BY occurred_at ${sort}, position ${sort}
      LIMIT ${String(limit + 1)}`;
  return `
    WITH entry AS (${fittingEntries(found, `occurred_at ${sort}, position ${sort}`)})
    SELECT latest.head, entry.*
    FROM (SELECT coalesce(max(position), 0) AS head FROM {timeline}
      WHERE persona_id = $1::uuid AND ($5::bigint IS NULL OR position <= $5)) AS latest
    LEFT JOIN entry ON true
    ORDER BY entry.occurred_at ${sort}, entry.position ${sort}`;
}

function filterValues({ customerId, ...filters }: TimelineRequest): readonly unknown[] {
  const { from, to, asOf, knownUpTo, kinds = [], channels = [], category = null } = filters;
  return [
    customerId,
    timestamp(from),
    timestamp(to),
    timestamp(asOf),
    knownUpTo?.toString() ?? null,
    kinds.length > 0 ? kinds : null,
    channels.length > 0 ? channels : null,
    category,
  ];
}

const timestamp = (time: EpochMs | undefined): string | null =>
  time === undefined ? null : new Date(time).toISOString();
