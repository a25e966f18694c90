import { setTimeout as sleep } from 'node:timers/promises';
import { type ReadEvent } from '@event-driven-io/emmett';
import {
  postgreSQLEventStoreConsumer,
  postgreSQLProjection,
  type PostgresReadEventMetadata,
} from '@event-driven-io/emmett-postgresql';
import pg from 'pg';
import { type Purchase } from '../append/emmett.js';
import { type Way } from './way.js';
import { createPlainTimeline, timelineColumns, upsertOne } from './plain-timeline.js';

type Read = ReadEvent<Purchase, PostgresReadEventMetadata>;

const WARM_UP_EVENTS = 300;
const PERSONA_AT = 'persona-'.length;

/**
 * Emmett's consumer and its async projector as they come: batches of 100 in a transaction, the projection called for each event
 * and the checkpoint stored after each. The handler itself is one prepared upsert, the least that a handler can do.
 */
export const emmett: Way = async ({ url, limitMs, started }) => {
  const client = new pg.Client(url);
  await client.connect();
  await createPlainTimeline(client);
  const total = await countOf(client, 'emt_messages');
  const consumer = postgreSQLEventStoreConsumer<Purchase>({ connectionString: url });
  consumer.projector<Purchase>({
    projection: postgreSQLProjection<Purchase>({
      name: 'timeline',
      canHandle: ['touchpoint.purchase'],
      handle: async (events, { connection }) => {
        for (const event of events) await connection.client.query({ ...upsertOne, values: valuesOf(event) });
      },
    }),
  });
  void consumer.start();
  const applied = async (count: number, deadline = Infinity): Promise<number> => {
    for (;;) {
      const reached = await countOf(client, 'timeline');
      if (reached >= count || performance.now() >= deadline) return reached;
      await sleep(20);
    }
  };
  await applied(WARM_UP_EVENTS);
  const stop = await started();
  const before = await countOf(client, 'timeline');
  const after = await applied(total, performance.now() + limitMs);
  const reading = stop();
  await consumer.stop();
  await client.end();
  return { events: after - before, reading };
};

/** What is committed; in a table of a few thousand rows that costs nothing that would show. */
async function countOf(client: pg.Client, table: 'timeline' | 'emt_messages'): Promise<number> {
  const { rows } = await client.query<{ count: string }>(`SELECT count(*) AS count FROM public.${table}`);
  return Number(rows[0]?.count);
}

function valuesOf({ type, data, metadata }: Read): unknown[] {
  const now = new Date().toISOString();
  const row: Readonly<Record<string, unknown>> = {
    persona_id: metadata.streamName.slice(PERSONA_AT),
    position: metadata.globalPosition,
    event_id: metadata.messageId,
    version: Number(metadata.streamPosition),
    type,
    schema_version: 1,
    kind: data['kind'],
    channel: data['channel'],
    source: data['source'],
    occurred_at: now,
    recorded_at: now,
    data: JSON.stringify(data),
  };
  return timelineColumns.map((name) => row[name]);
}
