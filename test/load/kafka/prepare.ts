import { setTimeout as sleep } from 'node:timers/promises';
import { timeline } from '#capabilities';
import { relayCheckpoint, relayMigrations, startRelay } from '#platform/bus';
import { eventStoreMigrations } from '#platform/event-store';
import { migrate } from '#platform/postgres';
import { projectionsMigrations, startProjections } from '#platform/projections';
import { vaultMigrations } from '#platform/vault';
import { fillLog } from '../append/prepare.js';
import { safar } from '../append/safar.js';
import { type Handler } from '../harness/jobs.js';
import { openKafkaFeed } from './feed.js';
import { makeTopicAnew } from './topic.js';

/** So that every lane has had something to apply, and with it a place in the topic. */
const FIRST_EVENTS = 200;
const MOST_LOOKS = 3_000;

/**
 * A log, all of it in a topic, and a timeline that has been fed from there and is far behind: without a place in the topic it would read
 * what it has missed from the store.
 */
export const prepareKafka: Handler<'kafka-prepare'> = async ({ url, brokers, topic, lanes, events }) => {
  for (const migrations of [eventStoreMigrations, projectionsMigrations, vaultMigrations, relayMigrations])
    await migrate(url, migrations);
  await makeTopicAnew(brokers, topic);
  const { parts, bus, feed, close } = await openKafkaFeed(url, { brokers, topic });
  const relay = startRelay({ pool: parts.pool, source: parts.source, bus, topic });
  const host = startProjections({ ...parts, feed, settings: { pollMs: 20, lanes } }, [timeline]);
  await fillLog(safar, url, FIRST_EVENTS);
  await untilTrue('every lane has its place in the topic', async () => {
    const { rows } = await parts.pool.query<{ is: boolean }>(
      `SELECT count(*) > 0 AND bool_and(position = es.head() AND feed_cursor IS NOT NULL AND filled_at IS NOT NULL) AS is
       FROM es.consumers`,
    );
    return rows[0]?.is === true;
  });
  await host.stop();
  await fillLog(safar, url, events);
  const head = await parts.store.head();
  await untilTrue('the log is in the topic', async () => {
    const reached = (await relayCheckpoint(parts.pool, topic))?.position ?? 0n;
    return reached >= head;
  });
  await relay.stop();
  await close();
  return null;
};

async function untilTrue(what: string, look: () => Promise<boolean>): Promise<void> {
  for (let looks = 1; !(await look()); looks++) {
    if (looks === MOST_LOOKS) throw new Error(`it does not happen that ${what}`);
    await sleep(20);
  }
}
