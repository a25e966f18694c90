import { Kafka, logLevel } from 'kafkajs';
import { ensureTopics, safeTopic } from '#platform/bus';
import { type KafkaCluster, until } from '#testing';

/** The topic of every event; see libs/wiring/src/kafka.ts. */
export const EVENTS_TOPIC = 'safar.events.v1';
const REPLICAS = 3;

/** An installation of its own begins with record number one, and an earlier run may have left the topic of another. */
export async function makeTopicAnew({ brokers }: KafkaCluster, partitions: number): Promise<void> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const isThere = async (): Promise<boolean> => (await admin.listTopics()).includes(EVENTS_TOPIC);
  if (await isThere()) await admin.deleteTopics({ topics: [EVENTS_TOPIC] });
  await until(async () => !(await isThere()), 'the old topic is gone', 30_000);
  await admin.disconnect();
  await ensureTopics({ brokers, clientId: 'faults' }, [safeTopic(EVENTS_TOPIC, partitions, REPLICAS)]);
}
