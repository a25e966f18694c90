import { setTimeout as sleep } from 'node:timers/promises';
import { conversations, queue } from '#capabilities';
import { upcast } from '#contracts';
import { type ColumnType, type Table } from '#kernel';
import { storeSubscription } from '#platform/consumers';
import { openPostgresEventStore } from '#platform/event-store';
import { createPool, migrate } from '#platform/postgres';
import { startProjections } from '#platform/projections';
import { createReadModels } from '#platform/read-store';
import { migrations } from '#wiring';
import { type Handler } from '../harness/jobs.js';
import { pastStates, presentState } from './states.js';

/**
 * A queue as the fold leaves it, written as rows: a million conversations by their events would take a quarter of an hour, and how the queue is
 * read does not depend on how it came about.
 */
export const prepareQueue: Handler<'queue-prepare'> = async ({ url, conversations: count }) => {
  await migrate(url, migrations);
  const applicationName = 'safar bench';
  const pool = createPool({ url, max: 6, applicationName });
  const store = await openPostgresEventStore({ url, applicationName });
  const host = startProjections(
    { pool, source: storeSubscription(store), decode: (events) => Promise.resolve(events.map(upcast)) },
    [queue, conversations],
  );
  const filled = async (): Promise<boolean> =>
    (
      await pool.query<{ filled: boolean }>(
        `SELECT count(*) > 1 AND bool_and(filled_at IS NOT NULL) AS filled FROM es.consumers`,
      )
    ).rows[0]?.filled ?? false;
  while (!(await filled())) await sleep(20);
  await host.stop();
  const readModels = createReadModels(pool);
  const write = async (model: string, row: Readonly<Record<string, string>>, rows: number): Promise<void> => {
    const values = Object.entries(row).map(([name, value]) => `${value} AS "${name}"`);
    const names = Object.keys(row).map((name) => `"${name}"`);
    const sql = `INSERT INTO {${model}} (${names.join(', ')}) SELECT ${values.join(', ')} FROM generate_series(1, $1::integer) AS n`;
    // One build of an index costs a tenth of a million entries at random places.
    const indexes = await readModels.query<{ name: string; definition: string }>(
      `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
       FROM pg_index WHERE indrelid = '{${model}}'::regclass AND NOT indisunique`,
      [],
    );
    for (const { name } of indexes) await pool.query(`DROP INDEX ${name}`);
    await readModels.query(sql, [rows]);
    for (const { definition } of indexes) await pool.query(definition);
    await readModels.query(`ANALYZE {${model}}`, []);
  };
  await write('queue', presentState, count);
  await write('queue', pastStates, 2 * count);
  await write(
    'conversations',
    { ...anything(conversations.table), conversation_id: presentState.conversation_id },
    count,
  );
  await readModels.close();
  await store.close();
  await pool.query('VACUUM');
  await pool.end();
  return null;
};

const some: Readonly<Record<ColumnType, string>> = {
  uuid: 'md5(n::text)::uuid',
  text: `'open'`,
  bigint: 'n',
  integer: '1',
  boolean: 'false',
  numeric: '1',
  timestamp: 'now()',
  jsonb: `'{"subject": "Parcel 1001"}'::jsonb`,
  json: `'{"subject": "Parcel 1001"}'::json`,
};

/** Subjects are looked up by key, whatever else stands beside them. */
const anything = ({ columns }: Table): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(columns).map(([name, { type }]) => [name, some[type]]));
