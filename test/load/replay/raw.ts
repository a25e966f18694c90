import pg from 'pg';
import { type Replay } from './replay.js';
import { countCopied } from './copy-out.js';

const COLUMNS = 'position, stream, version, event_id, type, schema_version, key, data, meta, occurred_at, recorded_at';
const PAGE_ROWS = 5_000;

/** The floor of what any reader costs: rows as text, in no promised order, neither split nor parsed. */
export const copy: Replay = async (url, started) => {
  const client = await connected(url);
  const stop = await started();
  const events = await countCopied(client, `SELECT ${COLUMNS} FROM es.events`);
  const reading = stop();
  await client.end();
  return { events, reading };
};

/** Keyset pages as the driver gives them: rows of parsed values, JSON included. */
export const pages: Replay = async (url, started) => {
  const client = await connected(url);
  const stop = await started();
  let events = 0;
  let after = '0';
  for (;;) {
    const { rows } = await client.query<{ position: string }>({
      name: 'page',
      text: `SELECT ${COLUMNS} FROM es.events WHERE position > $1 ORDER BY position LIMIT ${String(PAGE_ROWS)}`,
      values: [after],
    });
    events += rows.length;
    const last = rows.at(-1);
    if (!last || rows.length < PAGE_ROWS) break;
    after = last.position;
  }
  const reading = stop();
  await client.end();
  return { events, reading };
};

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  await client.connect();
  return client;
}
