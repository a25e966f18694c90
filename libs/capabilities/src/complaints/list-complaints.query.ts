import {
  type ComplaintListParameters,
  type ComplaintPage,
  complaintStages,
  type Cursor,
  decodeCursor,
  DEFAULT_PAGE_LIMIT,
  listOf,
  pageOf,
} from '#contracts';
import { fail, type ReadModels, type Result, succeed } from '#kernel';
import { complaintItem, type ComplaintRow } from './complaints.projection.js';

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/** Complaints, the latest first. */
export async function listComplaints(
  readModels: ReadModels,
  asked: Omit<ComplaintListParameters, 'minPosition'>,
): Promise<Result<ComplaintPage, 'invalid_cursor'>> {
  const { limit = DEFAULT_PAGE_LIMIT, stages, reference, conversation } = asked;
  const list = listOf('complaints', { stages, reference, conversation });
  const cursor = asked.cursor === undefined ? undefined : decodeCursor(list, asked.cursor);
  const from = cursor && placeOf(cursor);
  if (asked.cursor !== undefined && from === undefined) return fail('invalid_cursor');
  const values: unknown[] = [];
  const given = (value: unknown, type: string): string => `$${String(values.push(value))}::${type}`;
  const [beyond, sort] = cursor?.towards === 'prev' ? ['>', 'ASC'] : ['<', 'DESC'];
  const order = `ORDER BY received_at ${sort}, complaint_id ${sort} LIMIT ${String(limit + 1)}`;
  const all: string[] = [];
  if (reference !== undefined) all.push(`reference = ${given(reference, 'text')}`);
  if (conversation !== undefined) {
    const own = given(conversation, 'uuid');
    const merged = `SELECT json_array_elements_text(absorbed)::uuid FROM {conversations} WHERE conversation_id = ${own}`;
    all.push(`conversation_id = ANY(array_append(ARRAY(${merged}), ${own}))`);
  }
  if (from)
    all.push(`(received_at, complaint_id) ${beyond} (${given(from[0], 'timestamptz')}, ${given(from[1], 'uuid')})`);
  // Each stage in its order by its index: what was closed long ago is not read through for what is new.
  const apart = complaintStages.filter((stage) => stages?.includes(stage));
  const parts = apart.length > 0 ? apart.map((stage) => [`stage = '${stage}'`]) : [[]];
  const selects = parts.map(
    (part) => `(SELECT * FROM {complaints} WHERE ${['true', ...all, ...part].join(' AND ')} ${order})`,
  );
  const rows = await readModels.query<ComplaintRow>(
    `SELECT * FROM (${selects.join(' UNION ALL ')}) found ${order}`,
    values,
  );
  const page = pageOf(rows, { list, limit, cursor, keyOf: (row) => [row.received_at, row.complaint_id] });
  return succeed({ ...page, data: page.data.map(complaintItem) });
}

function placeOf({ key: [at, id, ...others] }: Cursor): readonly [string, string] | undefined {
  if (typeof at !== 'number' || typeof id !== 'string' || others.length > 0) return undefined;
  // What is beyond ±8.64e15 has no text as a time.
  return Math.abs(at) > 1e13 || !UUID.test(id) ? undefined : [new Date(at).toISOString(), id];
}
