import pg from 'pg';
import { type TouchpointData } from '#contracts';
import { type Way } from './way.js';
import { createPlainTimeline, timelineColumns, upsertMany } from './plain-timeline.js';

const PAGE_EVENTS = 5_000;
const WARM_UP_PAGES = 2;

/**
 * What somebody would write by hand who knows how: pages of 5,000, the next one read while this one is written, one upsert and
 * the checkpoint in a durable transaction. Only what the columns need is parsed; the rest stays the text that came.
 */
export const raw: Way = async ({ url, limitMs, started }) => {
  const [reader, writer] = [new pg.Client(url), new pg.Client(url)];
  await Promise.all([reader.connect(), writer.connect()]);
  await createPlainTimeline(writer);
  let after = '0';
  let next = readPage(reader, after);
  const step = async (): Promise<number> => {
    const page = await next;
    const last = page.at(-1);
    if (!last) return 0;
    after = last.position;
    next = readPage(reader, after);
    await writePage(writer, page, after);
    return page.length;
  };
  for (let pages = 0; pages < WARM_UP_PAGES; pages++) await step();
  const stop = await started();
  const deadline = performance.now() + limitMs;
  let events = 0;
  for (let applied = await step(); applied > 0; applied = performance.now() < deadline ? await step() : 0)
    events += applied;
  const reading = stop();
  await next;
  await Promise.all([reader.end(), writer.end()]);
  return { events, reading };
};

/** Every column as PostgreSQL's text. */
type Row = Readonly<Record<string, string | null>> & { readonly position: string; readonly data: string };

const asText = { getTypeParser: () => (text: string) => text };

async function readPage(client: pg.Client, after: string): Promise<readonly Row[]> {
  const { rows } = await client.query<Row>({
    name: 'page',
    text: `SELECT key AS persona_id, position, event_id, version, type, schema_version, occurred_at, recorded_at, data
      FROM es.events WHERE position > $1 ORDER BY position LIMIT ${String(PAGE_EVENTS)}`,
    values: [after],
    types: asText,
  });
  return rows.map((row) => {
    const { kind, channel, source }: TouchpointData = JSON.parse(row.data);
    return { ...row, kind, channel, source };
  });
}

async function writePage(client: pg.Client, page: readonly Row[], checkpoint: string): Promise<void> {
  await client.query('BEGIN');
  await client.query({ ...upsertMany, values: timelineColumns.map((name) => page.map((row) => row[name])) });
  await client.query('UPDATE public.timeline_checkpoint SET position = $1', [checkpoint]);
  await client.query('COMMIT');
}
