import {
  type CannedReplyListParameters,
  type CannedReplyPage,
  type CannedReplyView,
  type Cursor,
  decodeCursor,
  DEFAULT_PAGE_LIMIT,
  foldText,
  listOf,
  pageOf,
} from '#contracts';
import { fail, type ReadModels, type Result, succeed } from '#kernel';
import { type CannedReplyRow } from './canned-replies.projection.js';

const columns = 'reply_id, removed, reply, by, saved_at, version, last_position';
type Columns = Pick<CannedReplyRow, 'reply_id' | 'removed' | 'reply' | 'by' | 'saved_at' | 'version' | 'last_position'>;

/** Also one that was removed. */
export async function findCannedReply(readModels: ReadModels, id: string): Promise<Columns | undefined> {
  const sql = `SELECT ${columns} FROM {canned-replies} WHERE reply_id = $1`;
  return (await readModels.query<Columns>(sql, [id]))[0];
}

export async function countCannedReplies(readModels: ReadModels): Promise<number> {
  const sql = `SELECT count(*)::integer AS present FROM {canned-replies} WHERE NOT removed`;
  const [row] = await readModels.query<{ readonly present: number }>(sql, []);
  return row?.present ?? 0;
}

/** By their word. All of them are looked at, which are few. */
export async function listCannedReplies(
  readModels: ReadModels,
  { search = '', folder, team, cursor: text, limit = DEFAULT_PAGE_LIMIT }: CannedReplyListParameters,
): Promise<Result<CannedReplyPage, 'invalid_cursor'>> {
  const list = listOf('canned-replies', { search, folder, team });
  const cursor = text === undefined ? undefined : decodeCursor(list, text);
  const from = cursor === undefined ? undefined : fromOf(cursor);
  if (text !== undefined && from === undefined) return fail('invalid_cursor');
  const [beyond, sort] = cursor?.towards === 'prev' ? ['<', 'DESC'] : ['>', 'ASC'];
  const rows = await readModels.query<Columns>(
    `SELECT ${columns} FROM {canned-replies}
     WHERE NOT removed AND ($1::text IS NULL OR reply_id ${beyond} $1) AND search_text LIKE ALL ($2::text[])
       AND ($3::text IS NULL OR starts_with(folder || '/', $3 || '/')) AND ($4::text IS NULL OR team IS NULL OR team = $4)
     ORDER BY reply_id ${sort} LIMIT ${String(limit + 1)}`,
    [from ?? null, wordsOf(search), folder ?? null, team ?? null],
  );
  const page = pageOf(rows, { list, limit, cursor, keyOf: (row) => [row.reply_id] });
  return succeed({ ...page, data: page.data.map(cannedReplyView) });
}

/** LIKE patterns, all of which have to match. */
const wordsOf = (search: string): readonly string[] =>
  [...new Set(foldText(search).split(' '))]
    .filter((word) => word !== '')
    .map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`);

/** Nothing has a longer id. */
const MAX_ID = 128;

function fromOf({ key }: Cursor): string | undefined {
  const [id, ...others] = key;
  return typeof id === 'string' && id.length <= MAX_ID && others.length === 0 && !id.includes('\0') ? id : undefined;
}

export const cannedReplyView = ({ reply_id, reply, by, saved_at, version }: Columns): CannedReplyView => ({
  id: reply_id,
  ...{ name: reply.name, folder: reply.folder ?? null, team: reply.team ?? null, text: reply.text },
  ...{ version: String(version), savedAt: new Date(saved_at).toISOString(), by },
});
