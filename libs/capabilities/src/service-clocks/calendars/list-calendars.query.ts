import {
  type BusinessCalendarListItemView,
  type BusinessCalendarPage,
  type Cursor,
  decodeCursor,
  DEFAULT_PAGE_LIMIT,
  pageOf,
} from '#contracts';
import { fail, type ReadModels, type Result, succeed } from '#kernel';
import { alwaysOpen } from '../default-policies.js';
import { type BusinessCalendarRow } from './business-calendars.projection.js';

export interface CalendarListing {
  readonly cursor?: string;
  readonly limit?: number;
}

type Listed = Pick<BusinessCalendarRow, 'calendar_id' | 'time_zone' | 'holidays' | 'version'> & {
  readonly saved_at: number | null;
  readonly saved_by: string | null;
};

const LIST = 'calendars';
/** Nothing has a longer id. */
const MAX_ID = 200;

/** With the one that every installation has, in its place. */
const listSql = (beyond: '<' | '>', sort: 'ASC' | 'DESC', most: number): string => `
  SELECT * FROM (
    SELECT calendar_id, time_zone, holidays, version, saved_at, saved_by FROM {business-calendars}
    UNION ALL SELECT '${alwaysOpen.id}'::text, 'UTC'::text, 0, 1, NULL::timestamptz, NULL::text) AS calendars
  WHERE $1::text IS NULL OR calendar_id ${beyond} $1 ORDER BY calendar_id ${sort} LIMIT ${String(most)}`;

/** Calendars by their word. */
export async function listCalendars(
  readModels: ReadModels,
  { limit = DEFAULT_PAGE_LIMIT, cursor: text }: CalendarListing,
): Promise<Result<BusinessCalendarPage, 'invalid_cursor'>> {
  const cursor = text === undefined ? undefined : decodeCursor(LIST, text);
  const from = cursor === undefined ? undefined : fromOf(cursor);
  if (text !== undefined && from === undefined) return fail('invalid_cursor');
  const sql = cursor?.towards === 'prev' ? listSql('<', 'DESC', limit + 1) : listSql('>', 'ASC', limit + 1);
  const rows = await readModels.query<Listed>(sql, [from ?? null]);
  const page = pageOf(rows, { list: LIST, limit, cursor, keyOf: ({ calendar_id }) => [calendar_id] });
  return succeed({ ...page, data: page.data.map(toView) });
}

function fromOf({ key }: Cursor): string | undefined {
  const [id, ...others] = key;
  return typeof id === 'string' && id.length <= MAX_ID && others.length === 0 && !id.includes('\0') ? id : undefined;
}

const toView = ({ calendar_id: id, time_zone, holidays, version, saved_at, saved_by }: Listed) =>
  ({
    ...{ id, timeZone: time_zone, holidays, version: String(version) },
    ...{ savedAt: saved_at === null ? null : new Date(saved_at).toISOString(), by: saved_by },
  }) satisfies BusinessCalendarListItemView;
