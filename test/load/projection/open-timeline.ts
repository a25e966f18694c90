import { upcast } from '#contracts';
import { timeline } from '#capabilities';
import { storeSubscription } from '#platform/consumers';
import { type EventStore, openPostgresEventStore } from '#platform/event-store';
import { createPool } from '#platform/postgres';
import { type ProjectionParts } from '#platform/projections';

export interface OpenTimeline extends ProjectionParts {
  readonly store: EventStore;
  /** Up to which position the newest build has applied everything. */
  appliedPosition(): Promise<bigint>;
  /** The first build has caught up once. */
  isFilled(): Promise<boolean>;
  close(): Promise<void>;
}

/** The engine's parts as an installation composes them. The timeline reads sealed events, so it needs no vault. */
export async function openTimeline(url: string): Promise<OpenTimeline> {
  const applicationName = 'safar bench';
  const pool = createPool({ url, max: 6, applicationName, pipeline: true });
  const store = await openPostgresEventStore({ url, applicationName });
  const look = async (sql: string): Promise<string | undefined> =>
    (await pool.query<{ value: string }>(`SELECT ${sql} AS value FROM es.consumers WHERE name = $1`, [timeline.name]))
      .rows[0]?.value;
  return {
    pool,
    store,
    source: storeSubscription(store),
    decode: (events) => Promise.resolve(events.map(upcast)),
    appliedPosition: async () => BigInt((await look('max(position)')) ?? 0),
    isFilled: async () => (await look(`(count(*) > 0 AND bool_and(filled_at IS NOT NULL))::text`)) === 'true',
    close: async () => {
      await store.close();
      await pool.end();
    },
  };
}
