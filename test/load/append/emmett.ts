import { getPostgreSQLEventStore, type PostgresEventStore } from '@event-driven-io/emmett-postgresql';
import { type Event } from '@event-driven-io/emmett';
import pg from 'pg';
import { type Contestant } from './appender.js';
import { type Entry, purchaseOf, streamOf } from './touchpoints.js';

export type Purchase = Event<'touchpoint.purchase', Record<string, unknown>>;

export const eventOf = ({ stream, order }: Entry): Purchase => ({
  type: 'touchpoint.purchase',
  data: purchaseOf(order, stream.personaId),
});

/**
 * Emmett with a connection for each caller. An append of its is a transaction of its own, so with the ten connections of a
 * default pool the other callers would wait in line, and the comparison would flatter us.
 */
export async function openEmmett(url: string, callers: number): Promise<{ store: PostgresEventStore; pool: pg.Pool }> {
  const pool = new pg.Pool({ connectionString: url, max: callers });
  const connections = await Promise.all(Array.from({ length: callers }, () => pool.connect()));
  for (const connection of connections) connection.release();
  const store = getPostgreSQLEventStore(url, { connectionOptions: { pool }, schema: { autoMigration: 'None' } });
  return { store, pool };
}

export const emmett: Contestant = {
  countSql: `SELECT count(*) AS stored FROM public.emt_messages`,
  async prepare(url) {
    const store = getPostgreSQLEventStore(url);
    await store.schema.migrate();
    await store.close();
  },
  async open({ url, callers }) {
    const { store, pool } = await openEmmett(url, callers);
    return {
      async append(entries) {
        const [first] = entries;
        if (!first) return;
        await store.appendToStream(streamOf(first.stream), entries.map(eventOf), {
          expectedStreamVersion: BigInt(first.stream.version),
        });
      },
      async close() {
        await store.close();
        await pool.end();
      },
    };
  },
};
