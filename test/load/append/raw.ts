import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { type AppendLoad } from '../harness/jobs.js';
import { type Contestant } from './appender.js';
import { type Entry, purchaseOf, streamOf } from './touchpoints.js';

/** More rows in a statement gain nothing measurable, and make every other writer wait. */
const ROWS_MAX = 500;

const INSERT = {
  name: 'insert',
  text: `INSERT INTO public.raw_events (stream, version, event_id, type, schema_version, key, data, meta, occurred_at)
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::uuid[], $4::text[], $5::int[], $6::text[], $7::json[], $8::json[], $9::timestamptz[])`,
};

const meta = JSON.stringify({ source: '/sources/web-shop', correlationId: 'bench', causationId: 'bench' });

const rowOf = ({ stream, order }: Entry, version: number): readonly unknown[] => [
  streamOf(stream),
  version,
  randomUUID(),
  'touchpoint.purchase',
  1,
  stream.personaId,
  JSON.stringify(purchaseOf(order, stream.personaId)),
  meta,
  new Date().toISOString(),
];

/**
 * What multi-row INSERTs by hand come to: the rows of all callers in one statement, over two connections so that one statement
 * is worked on while another waits for its commit. No expectation, no idempotency, no sealing, no order between commits.
 */
export const raw: Contestant = {
  countSql: `SELECT count(*) AS stored FROM public.raw_events`,
  reshape({ callers, eventsPerAppend }: AppendLoad) {
    const connections = Math.min(callers, 2);
    return { callers: connections, eventsPerAppend: Math.min(ROWS_MAX, (callers / connections) * eventsPerAppend) };
  },
  async prepare(url) {
    const client = new pg.Client(url);
    await client.connect();
    await client.query(`CREATE TABLE public.raw_events (
      position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      stream text NOT NULL, version bigint NOT NULL, event_id uuid NOT NULL, type text NOT NULL, schema_version int NOT NULL,
      key text NOT NULL, data json NOT NULL, meta json NOT NULL, occurred_at timestamptz NOT NULL,
      recorded_at timestamptz NOT NULL DEFAULT now(), UNIQUE (stream, version))`);
    await client.end();
  },
  async open({ url, callers }) {
    const pool = new pg.Pool({ connectionString: url, max: callers });
    return {
      async append(entries) {
        const ahead = new Map<Entry['stream'], number>();
        const rows = entries.map((entry) => {
          const version = (ahead.get(entry.stream) ?? entry.stream.version) + 1;
          ahead.set(entry.stream, version);
          return rowOf(entry, version);
        });
        const columns = Array.from({ length: 9 }, (_, column) => rows.map((row) => row[column]));
        await pool.query({ ...INSERT, values: columns });
      },
      close: () => pool.end(),
    };
  },
};
