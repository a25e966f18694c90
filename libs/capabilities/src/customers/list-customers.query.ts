import {
  decodeCursor,
  DEFAULT_PAGE_LIMIT,
  listOf,
  pageOf,
  type Cursor,
  type CustomerListParameters,
  type CustomerPage,
} from '#contracts';
import { fail, succeed, type EpochMs, type ReadModels, type Result } from '#kernel';
import { listColumns, rfc3339, toListItem, type ListColumns } from './customer-columns.js';
import { searchPatterns, type SearchPatterns } from './search-text.js';

const MAX_LISTED_IDENTIFIERS = 5;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/** Where a customer stands in the list: exact finds first, then who was seen last. */
interface Place {
  /** 1 when a whole name, number or address is what was searched for. */
  readonly exact: number;
  readonly last_seen: EpochMs;
  readonly persona_id: string;
}

/**
 * Customers whose name, e-mail, telephone or other identifiers contain every word of the search; all of them without one.
 * Last seen first, exact finds before the others.
 */
export async function listCustomers(
  readModels: ReadModels,
  parameters: CustomerListParameters,
): Promise<Result<CustomerPage, 'invalid_cursor'>> {
  const { limit = DEFAULT_PAGE_LIMIT, search = '' } = parameters;
  // What is found exactly comes first: where a customer stands goes by the search.
  const list = listOf('customers', { search });
  const cursor = parameters.cursor === undefined ? undefined : decodeCursor(list, parameters.cursor);
  const place = cursor === undefined ? undefined : placeOf(cursor);
  if (parameters.cursor !== undefined && place === undefined) return fail('invalid_cursor');
  const { sql, values } = listSql(searchPatterns(search), cursor?.towards ?? 'next', place);
  const rows = await readModels.query<ListColumns & Place>(`${sql} LIMIT ${String(limit + 1)}`, values);
  const page = pageOf(rows, { list, limit, cursor, keyOf });
  return succeed({ ...page, data: page.data.map((row) => toListItem(row, MAX_LISTED_IDENTIFIERS)) });
}

const keyOf = ({ exact, last_seen: lastSeen, persona_id: id }: Place): Cursor['key'] => [exact, lastSeen, id];

function placeOf({ key }: Cursor): Place | undefined {
  const [exact, lastSeen, id, ...others] = key;
  if ((exact !== 0 && exact !== 1) || typeof lastSeen !== 'number' || typeof id !== 'string') return undefined;
  // Touchpoints lie between 1900 and 2199; what is beyond ±8.64e15 has no text as a time.
  if (others.length > 0 || Math.abs(lastSeen) > 1e13 || !UUID.test(id)) return undefined;
  return { exact, last_seen: lastSeen, persona_id: id };
}

interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

function listSql(search: SearchPatterns | undefined, towards: Cursor['towards'], place: Place | undefined): Statement {
  const [beyond, sort] = towards === 'next' ? ['<', 'DESC'] : ['>', 'ASC'];
  const from = place === undefined ? [] : [rfc3339(place.last_seen), place.persona_id];
  if (search === undefined)
    return {
      // Without a rank in the way, the index on (last_seen, persona_id) gives the page as it is.
      sql: `SELECT ${listColumns}, 0 AS exact FROM {customers}
        ${place === undefined ? '' : `WHERE (last_seen, persona_id) ${beyond} ($1::timestamptz, $2::uuid)`}
        ORDER BY last_seen ${sort}, persona_id ${sort}`,
      values: from,
    };
  return {
    sql: `SELECT ${listColumns}, exact FROM (
        SELECT *, (search_text LIKE ANY ($3::text[]))::integer AS exact FROM {customers}
        WHERE search_text LIKE ALL ($1::text[]) OR search_text LIKE $2) AS found
      ${place === undefined ? '' : `WHERE (exact, last_seen, persona_id) ${beyond} ($4::integer, $5::timestamptz, $6::uuid)`}
      ORDER BY exact ${sort}, last_seen ${sort}, persona_id ${sort}`,
    values: [search.words, search.phone, search.exact, ...(place === undefined ? [] : [place.exact, ...from])],
  };
}
