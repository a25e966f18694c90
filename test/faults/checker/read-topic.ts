import { setTimeout as sleep } from 'node:timers/promises';
import { type Bus, type BusRecord, eventOf, openKafkaBus, ReaderLostError, sequenceOf } from '#platform/bus';
import { type KafkaCluster, until } from '#testing';
import { EVENTS_TOPIC } from '../supervisor/topic.js';
import { type TopicRecord } from './observed.js';

const MOST_READERS = 10;

/** Every record, duplicates included, partition by partition. */
export async function readTopic({ brokers }: KafkaCluster): Promise<readonly TopicRecord[]> {
  const bus = await openKafkaBus({ brokers, clientId: 'faults-checker' });
  try {
    for (let tries = 1; ; tries++)
      try {
        return await readOnce(bus);
      } catch (error) {
        // Brokers that are back a moment ago still look for a coordinator.
        if (!(error instanceof ReaderLostError) || tries === MOST_READERS) throw error;
        await sleep(500);
      }
  } finally {
    await bus.close();
  }
}

async function readOnce(bus: Bus): Promise<readonly TopicRecord[]> {
  const ends = await bus.ends(EVENTS_TOPIC);
  const reader = await bus.openReader(EVENTS_TOPIC, new Map([...ends].map(([partition]) => [partition, 0n])));
  const found = new Map([...ends.keys()].map((partition): [number, BusRecord[]] => [partition, []]));
  const isRead = (): boolean => {
    for (const [partition, records] of found) records.push(...reader.take(partition, 1_000));
    return [...ends].every(
      ([partition, { next }]) => next === 0n || found.get(partition)?.at(-1)?.offset === next - 1n,
    );
  };
  try {
    await until(isRead, 'the topic is read to its end', 60_000);
  } finally {
    await reader.close();
  }
  return [...found.values()].flat().map((record) => {
    const { id, position, key } = eventOf(record);
    return {
      partition: record.partition,
      sequence: Number(sequenceOf(record)),
      ...{ eventId: id, position: Number(position), key },
    };
  });
}
