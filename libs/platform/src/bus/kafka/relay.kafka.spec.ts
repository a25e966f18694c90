import { type Admin, Kafka, logLevel } from 'kafkajs';
import type pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { partitionOf } from '#kernel';
import { storeSubscription } from '#platform/consumers';
import { type ProjectionHost } from '#platform/projections';
import { ownCluster, until, withOwnBrokers } from '#testing';
import { added, customer, itemLog, logOf, type TestLog } from '../../projections/sample-projections.conformance.js';
import { TestEngine } from '../../projections/test-engine.conformance.js';
import { busFeed } from '../bus-feed.js';
import { type Bus, type BusRecord, ReaderLostError } from '../bus.port.js';
import { eventOf, sequenceOf } from '../event-records.js';
import { relayCheckpoint } from '../relay-checkpoint.js';
import { relayMigrations } from '../relay-migrations.js';
import { type RelayProgress, watchRelayProgress } from '../relay-progress.js';
import { startRelay, type Relay } from '../relay.js';
import { ensureTopics, openKafkaBus } from './load-kafka.js';
import { safeTopic } from './topic-declaration.js';

/** Of killing in turn, after the death that the control does not survive; SAFAR_TEST_KAFKA_SECONDS=120 for more of it. */
const SECONDS = Number(process.env['SAFAR_TEST_KAFKA_SECONDS'] ?? 12);
const PARTITIONS = 12;
const MOST_READERS = 10;

const cluster = ownCluster();
const settings = { brokers: cluster.brokers, clientId: 'relay-test' };

withOwnBrokers(describe)('the relay, while brokers die', () => {
  let engine: TestEngine;
  let pool: pg.Pool;
  let bus: Bus;
  let progress: RelayProgress | undefined;
  const relays: Relay[] = [];

  beforeAll(async () => {
    engine = await TestEngine.open(relayMigrations);
    ({ pool } = engine);
    bus = await openKafkaBus(settings);
    await ensureTopics(settings, [safeTopic('verified', PARTITIONS, 3), safeTopic('naive', PARTITIONS, 3)]);
  });
  afterAll(async () => {
    // Also after a failure: one that stays frozen would be the failure of every test after this one.
    for (const node of cluster.nodes) cluster.thaw(node);
    await Promise.all(cluster.nodes.map((node) => cluster.start(node)));
    await Promise.all(relays.map((relay) => relay.stop()));
    await progress?.close();
    await engine.close();
    await bus.close();
  });

  const start = (log: TestLog, over: Bus, topic: string): void => {
    const quick = { pollMs: 20, batchSize: 200, maxBackoffMs: 500 };
    relays.push(startRelay({ pool, source: storeSubscription(log), bus: over, topic, settings: quick }));
  };
  const relayed = (log: TestLog, topic: string): Promise<void> =>
    until(
      async () => (await relayCheckpoint(pool, topic))?.position === (await log.head()),
      `everything in ${topic}`,
      60_000,
    );

  /** A read model that is fed from the topic of the control, and has its place there. */
  const readFrom = async (topic: string, log: TestLog): Promise<ProjectionHost> => {
    const source = storeSubscription(log);
    progress = watchRelayProgress(pool, topic, 100);
    const feed = busFeed({ bus, topic, source, progress });
    const host = engine.start({ ...engine.parts(log), feed, settings: { lanes: 3, maxBackoffMs: 500 } }, [itemLog]);
    await until(() => engine.isAtHead(log, [itemLog]), 'a first page', 60_000);
    // It goes on in the topic, whatever it has read in the store.
    append(log);
    await until(() => engine.isAtHead(log, [itemLog]), 'a page of the topic', 60_000);
    return host;
  };

  /**
   * A broker that is cut off in the middle of a write, until the others have its partitions and have answered, and then dies. Whoever
   * tries again by itself finds that every broker it now has to do with has answered already.
   */
  const dieInTheMiddle = async (log: TestLog): Promise<void> => {
    const others = await otherBrokers('naive');
    cluster.freeze(1);
    append(log);
    await others.haveAnswered();
    await cluster.kill(1);
    await cluster.start(1);
    await relayed(log, 'naive');
    append(log);
    await Promise.all([relayed(log, 'verified'), relayed(log, 'naive')]);
  };

  it(
    'loses nothing; a producer that is left to its own tries does, and a read model that is fed by it halts',
    async () => {
      const log = logOf();
      append(log);
      start(log, bus, 'verified');
      start(log, naive(bus), 'naive');
      await Promise.all([relayed(log, 'verified'), relayed(log, 'naive')]);
      const host = await readFrom('naive', log);
      await dieInTheMiddle(log);
      const halted = () => host.health().lanes.filter(({ state }) => state === 'failed');
      await until(() => halted().length > 0, 'the read model halts', 60_000);
      for (const { error } of halted()) expect(error).toContain('naive has lost records');
      await host.stop();

      const kills = killInTurn(SECONDS * 1_000);
      while (!kills.over()) {
        append(log);
        await sleep(50);
      }
      await kills.done;
      await Promise.all([relayed(log, 'verified'), relayed(log, 'naive')]);

      const kept = await readThrough(bus, 'verified');
      for (const [partition, records] of kept) {
        const fresh = deduplicated(records);
        expect(fresh.holes).toBe(0);
        const expected = log.events.filter(({ key }) => partitionOf(key, PARTITIONS) === partition);
        expect(fresh.records.map(eventOf)).toEqual(expected);
      }

      const careless = [...(await readThrough(bus, 'naive'))].map(([, records]) => deduplicated(records));
      const marks = (await relayCheckpoint(pool, 'naive'))?.marks ?? [];
      const acknowledged = marks.reduce((sum, { sequence }) => sum + Number(sequence), 0);
      const ids = new Set(careless.flatMap(({ records }) => records.map((record) => eventOf(record).id)));
      const lost = log.events.filter(({ id }) => !ids.has(id)).length;
      const missedAtTheEnd = careless.reduce((sum, { last }, p) => sum + Number(marks[p]?.sequence ?? 0n) - last, 0);
      const holes = careless.reduce((sum, one) => sum + one.holes, 0);
      process.stdout.write(`${JSON.stringify({ kills: kills.count() + 1, acknowledged, lostByTheControl: lost })}\n`);
      expect(acknowledged).toBe(log.events.length);
      expect(lost).toBeGreaterThan(0);
      // Every event that is missing shows, in the middle by its number, at the end by the relay's checkpoint.
      expect(holes + missedAtTheEnd).toBe(lost);
    },
    SECONDS * 1_000 + 240_000,
  );
});

/** For each partition, so that every leader has something of it. */
function append(log: TestLog): void {
  const before = log.events.length;
  log.append(...Array.from({ length: 100 }, (_, n) => added(customer((before + n) % 97))));
}

/** What the brokers say that are not frozen. */
async function otherBrokers(topic: string) {
  const ownBefore = [...(await ofOthers(leadersOf(topic)))].flatMap(([partition, leader]) =>
    leader === 1 ? [] : [partition],
  );
  const before = await ofOthers(endsOf(topic));
  return {
    /** They lead what the first did, and what was written to them is in every replica that is left. */
    haveAnswered: async (): Promise<void> => {
      const lead = async (): Promise<boolean> => ![...(await ofOthers(leadersOf(topic))).values()].includes(1);
      await until(lead, 'the others lead', 60_000);
      const grown = async (): Promise<boolean> => {
        const now = await ofOthers(endsOf(topic));
        return ownBefore.every((partition) => (now.get(partition) ?? 0n) > (before.get(partition) ?? 0n));
      };
      await until(grown, 'the others have answered', 60_000);
    },
  };
}

const leadersOf = (topic: string) => async (admin: Admin) => {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  return new Map(topics.flatMap(({ partitions }) => partitions.map((one) => [one.partitionId, one.leader] as const)));
};
const endsOf = (topic: string) => async (admin: Admin) =>
  new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, BigInt(high)]));

/**
 * Asks the brokers, of whom the first may be frozen. The client asks whichever it knows, and learns of all from the first that it is
 * told of: whoever does not answer soon is left, with all that was learnt, and another client asks.
 */
async function ofOthers<Answer>(question: (admin: Admin) => Promise<Answer>): Promise<Answer> {
  for (const end = Date.now() + 60_000; ;) {
    const soon = { requestTimeout: 1_000, connectionTimeout: 1_000, retry: { retries: 0 } };
    const admin = new Kafka({ brokers: cluster.brokers.slice(1), logLevel: logLevel.NOTHING, ...soon }).admin();
    try {
      await admin.connect();
      return await question(admin);
    } catch (error) {
      if (Date.now() > end) throw error;
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
}

/** Kills one broker after the other, each as soon as the one before is back. */
function killInTurn(forMs: number) {
  let kills = 0;
  let isOver = false;
  const run = async (): Promise<void> => {
    for (const end = Date.now() + forMs; Date.now() < end;) {
      const node = (kills++ % cluster.nodes.length) + 1;
      await sleep(1_500);
      await cluster.kill(node);
      await sleep(1_500);
      await cluster.start(node);
    }
    isOver = true;
  };
  return { done: run(), over: () => isOver, count: () => kills };
}

/** What everybody writes first: the client tries again by itself, and what it resolves is believed. */
function naive(bus: Bus): Bus {
  const kafka = new Kafka({
    ...settings,
    brokers: [...cluster.brokers],
    logLevel: logLevel.NOTHING,
  });
  return {
    ...bus,
    openWriter: async (topic) => {
      const createPartitioner = () => (given: { message: { partition?: number } }) => given.message.partition ?? 0;
      const producer = kafka.producer({
        ...{ createPartitioner, maxInFlightRequests: 1, allowAutoTopicCreation: false },
        retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 500 },
      });
      await producer.connect();
      return {
        write: async (records) => {
          const messages = records.map((record) => ({ ...record, headers: { ...record.headers } }));
          await producer.send({ topic, acks: -1, messages });
          return new Map();
        },
        close: () => producer.disconnect(),
      };
    },
  };
}

/** As whoever reads has to: a reader that is lost is opened anew. Brokers that are back a moment ago still look for a coordinator. */
async function readThrough(bus: Bus, topic: string): Promise<Map<number, BusRecord[]>> {
  for (let tries = 1; ; tries++) {
    try {
      return await readOnce(bus, topic);
    } catch (error) {
      if (!(error instanceof ReaderLostError) || tries === MOST_READERS) throw error;
      await sleep(500);
    }
  }
}

async function readOnce(bus: Bus, topic: string): Promise<Map<number, BusRecord[]>> {
  const ends = await bus.ends(topic);
  const reader = await bus.openReader(topic, new Map([...ends].map(([partition]) => [partition, 0n])));
  const found = new Map([...ends.keys()].map((partition): [number, BusRecord[]] => [partition, []]));
  await until(
    () => {
      for (const [partition, records] of found) records.push(...reader.take(partition, 1_000));
      return [...ends].every(
        ([partition, { next }]) => next === 0n || found.get(partition)?.at(-1)?.offset === next - 1n,
      );
    },
    `${topic} read to its end`,
    60_000,
  );
  await reader.close();
  return found;
}

function deduplicated(all: readonly BusRecord[]) {
  const records: BusRecord[] = [];
  let last = 0;
  let holes = 0;
  for (const record of all) {
    const sequence = Number(sequenceOf(record));
    if (sequence <= last) continue;
    holes += sequence - last - 1;
    last = sequence;
    records.push(record);
  }
  return { records, holes, last };
}
