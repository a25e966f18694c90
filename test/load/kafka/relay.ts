import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, type Message } from 'kafkajs';
import { partitionOf } from '#kernel';
import { openKafkaBus, recordOf, relayCheckpoint, relayMigrations, startRelay } from '#platform/bus';
import { migrate } from '#platform/postgres';
import { type Handler, type KafkaPlace, type RelayWay, type Target } from '../harness/jobs.js';
import { perEvent, type Reading, startMeter } from '../harness/meter.js';
import { openTimeline } from '../projection/open-timeline.js';
import { dropTopic, makeTopicAnew, PARTITIONS } from './topic.js';

/** As many in one write as the relay sends. */
const BATCH_EVENTS = 2_000;
const WARM_UP_EVENTS = 20_000;
/** Of the log, for the producer that reads none: its records are in memory before it is measured. */
const KEPT_EVENTS = 40_000;
const LOOK_EVERY_MS = 10;
const ALL_REPLICAS = -1;
const MOST_TRIES = 50;

interface Course extends Target, KafkaPlace {
  readonly limitMs: number;
  readonly started: () => Promise<() => Reading>;
}

type Way = (course: Course) => Promise<{ readonly events: number; readonly reading: Reading }>;

export const measureRelay: Handler<'kafka-relay'> = async ({ way, brokers, topic, ...target }, ready) => {
  await makeTopicAnew(brokers, topic);
  const started = async (): Promise<() => Reading> => {
    await ready();
    return startMeter(target.postmasterPid);
  };
  const { events, reading } = await ways[way]({ ...target, brokers, topic, started });
  await dropTopic(brokers, topic);
  return { events, seconds: reading.seconds, ...perEvent(reading, events) };
};

/** The relay as its program runs it: the log is read, made into records and written, and its checkpoint kept after each write. */
const safar: Way = async ({ url, brokers, topic, limitMs, started }) => {
  await migrate(url, relayMigrations);
  const { pool, source, store, close } = await openTimeline(url);
  const bus = await openKafkaBus({ brokers, clientId: 'safar-bench' });
  const head = await store.head();
  const relay = startRelay({ pool, source, bus, topic });
  const reached = async (position: bigint, deadline = Infinity): Promise<bigint> => {
    for (;;) {
      const at = (await relayCheckpoint(pool, topic))?.position ?? 0n;
      if (at >= position || performance.now() >= deadline) return at;
      await sleep(LOOK_EVERY_MS);
    }
  };
  // Of a short log, a quarter.
  const before = await reached(head / 4n < BigInt(WARM_UP_EVENTS) ? head / 4n : BigInt(WARM_UP_EVENTS));
  const stop = await started();
  const after = await reached(head, performance.now() + limitMs);
  const reading = stop();
  await relay.stop();
  await bus.close();
  await close();
  return { events: Number(after - before), reading };
};

/** The same records from memory, as safely: every replica, one request in flight, no tries of its own. */
const kafkajs: Way = async ({ url, brokers, topic, limitMs, started }) => {
  const batches = await batchesOf(url);
  const producer = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).producer({
    createPartitioner:
      () =>
      ({ message: { partition } }) =>
        partition ?? 0,
    maxInFlightRequests: 1,
    idempotent: false,
    retry: { retries: 0 },
  });
  await producer.connect();
  const send = async (count: number, deadline = Infinity): Promise<number> => {
    let sent = 0;
    for (let turn = 0; sent < count && performance.now() < deadline; turn++) {
      const messages = batches[turn % batches.length] ?? [];
      await producer.send({ topic, acks: ALL_REPLICAS, messages: [...messages] });
      sent += messages.length;
    }
    return sent;
  };
  // Leaders of a topic that was made a moment ago may not know it yet.
  for (let tries = 1; ; tries++)
    try {
      await send(WARM_UP_EVENTS);
      break;
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
      await sleep(100);
    }
  const stop = await started();
  const events = await send(Infinity, performance.now() + limitMs);
  const reading = stop();
  await producer.disconnect();
  return { events, reading };
};

async function batchesOf(url: string): Promise<readonly (readonly Message[])[]> {
  const { source, close } = await openTimeline(url);
  const batches: Message[][] = [];
  for (let after = 0n, kept = 0; kept < KEPT_EVENTS;) {
    const { events, upTo } = await source.read(after, BATCH_EVENTS);
    if (events.length === 0) break;
    batches.push(
      events.map((event, index) => {
        const partition = partitionOf(event.key, PARTITIONS);
        const { key, headers, value } = recordOf(event, partition, BigInt(kept + index + 1));
        return { partition, key, value, headers: { ...headers } };
      }),
    );
    kept += events.length;
    after = upTo;
  }
  await close();
  return batches;
}

const ways: { readonly [Name in RelayWay]: Way } = { safar, kafkajs };
