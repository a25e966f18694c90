import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { storeSubscription } from '#platform/consumers';
import { type ProjectionHost } from '#platform/projections';
import { allBrokers, until } from '#testing';
import {
  added,
  customer,
  erased,
  itemLog,
  items,
  logOf,
  moved,
} from '../../projections/sample-projections.conformance.js';
import { TestEngine } from '../../projections/test-engine.conformance.js';
import { busFeed } from '../bus-feed.js';
import { type Bus } from '../bus.port.js';
import { relayMigrations } from '../relay-migrations.js';
import { watchRelayProgress, type RelayProgress } from '../relay-progress.js';
import { startRelay, type Relay } from '../relay.js';
import { ensureTopics, openKafkaBus } from './load-kafka.js';
import { safeTopic } from './topic-declaration.js';

const sample = [itemLog, items];

const happenings = (count: number) => Array.from({ length: count }, (_, n) => added(customer(n % 50), 'کالا'));

async function deleteRecords(
  brokers: readonly string[],
  topic: string,
  ends: ReadonlyMap<number, { readonly next: bigint }>,
): Promise<void> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const partitions = [...ends].map(([partition, { next }]) => ({ partition, offset: next.toString() }));
  // Only then does this client know who leads them.
  await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({ topic, partitions });
  await admin.disconnect();
}

describe.each(allBrokers())('read models that are fed from Kafka (brokers: $whose)', (given) => {
  const { brokers, replicas, prefix, cluster } = given;
  const settings = { brokers, clientId: 'feed-test' };
  const topic = `${prefix}read-models`;
  const watch = async (before: RelayProgress, of: string): Promise<RelayProgress> => {
    await before.close();
    return watchRelayProgress(engine.pool, of);
  };
  let engine: TestEngine;
  let bus: Bus;
  let progress: RelayProgress;
  let relay: Relay | undefined;

  beforeAll(async () => {
    await Promise.all(cluster?.nodes.map((node) => cluster.start(node)) ?? []);
    engine = await TestEngine.open(relayMigrations);
    bus = await openKafkaBus(settings);
    progress = watchRelayProgress(engine.pool, topic);
    await ensureTopics(settings, [safeTopic(topic, 12, replicas)]);
  });
  afterEach(async () => {
    await relay?.stop();
    relay = undefined;
  });
  afterAll(async () => {
    await progress.close();
    await engine.close();
    await bus.close();
  });

  it('are the same as those that are fed from the store, also when a broker dies on the way', async () => {
    const log = logOf();
    const source = storeSubscription(log);
    relay = startRelay({ pool: engine.pool, source, bus, topic, settings: { batchSize: 500, maxBackoffMs: 500 } });
    await until(async () => (await progress.current()) !== undefined, 'the relay has begun');
    const feed = busFeed({
      bus,
      topic,
      source: { ...source, read: () => Promise.reject(new Error('not read')) },
      progress,
    });
    const host = engine.start({ ...engine.parts(log), feed, settings: { lanes: 3, maxBackoffMs: 500 } }, sample);
    const running = () => host.health().lanes.filter(({ state }) => state === 'running');
    await until(() => running().length === 3 * sample.length, 'every lane in the topic', 30_000);
    // From the first page on each lane has its place in the topic, whatever becomes of its reader.
    log.append(...happenings(50));
    await until(() => engine.isAtHead(log, sample), 'a first page', 30_000);
    for (let round = 0; round < 30; round++) {
      const key = customer(round % 11);
      log.append(...Array.from({ length: 100 }, (_, n) => added(customer((round + n) % 50), `کالا ${String(n % 7)}`)));
      log.append(moved(key, 'کالا 1', 'کالا 2'), ...(round % 9 === 8 ? [erased(key)] : []));
      if (round === 10) await cluster?.kill(1);
      await sleep(50);
    }
    await cluster?.start(1);
    await until(() => engine.isAtHead(log, sample), 'every build at the head', 60_000);
    await host.stop();
    const hashes = async (): Promise<readonly string[]> => {
      const found = await Promise.all(sample.map(({ name }) => engine.admin(log).verify(name)));
      expect(found.map(({ ok }) => ok)).toEqual([true, true]);
      return found.map(({ hash }) => hash);
    };
    const fromKafka = await hashes();
    await engine.forgetEverything();
    await engine.catchUp(log, {}, sample);
    expect(fromKafka).toEqual(await hashes());
  }, 120_000);

  it('lose nothing that Kafka has deleted before they came to it', async () => {
    await engine.forgetEverything();
    await engine.db.query('TRUNCATE es.relays');
    const topic = `${prefix}short-lived`;
    await ensureTopics(settings, [safeTopic(topic, 3, replicas)]);
    const relayed = (progress = await watch(progress, topic));
    const log = logOf(...happenings(200));
    const source = storeSubscription(log);
    relay = startRelay({ pool: engine.pool, source, bus, topic });
    const isRelayed = async () => (await relayed.current())?.position === (await log.head());
    const start = (): ProjectionHost => {
      const feed = busFeed({ bus, topic, source, progress: relayed });
      return engine.start({ ...engine.parts(log), feed, settings: { maxBackoffMs: 500 } }, sample);
    };
    const first = start();
    await until(() => engine.isAtHead(log, sample), 'every build at the head', 30_000);
    await first.stop();
    log.append(...happenings(200));
    await until(isRelayed, 'relayed', 30_000);
    const ends = await bus.ends(topic);
    await deleteRecords(brokers, topic, ends);
    log.append(...happenings(50));
    await until(isRelayed, 'relayed', 30_000);
    start();
    await until(() => engine.isAtHead(log, sample), 'every build at the head', 30_000);
    for (const projection of sample) await engine.equalsTheLog(log, projection);
    expect((await bus.ends(topic)).get(0)?.first).toBe(ends.get(0)?.next);
  }, 120_000);
});
