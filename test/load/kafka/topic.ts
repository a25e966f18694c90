import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { ensureTopics, safeTopic } from '#platform/bus';

export const PARTITIONS = 12;
export const REPLICAS = 3;
const MOST_LOOKS = 300;

/** As an installation makes it, and empty, whatever an earlier measurement left under its name. */
export async function makeTopicAnew(brokers: readonly string[], topic: string): Promise<void> {
  await dropTopic(brokers, topic);
  await ensureTopics({ brokers, clientId: 'safar-bench' }, [safeTopic(topic, PARTITIONS, REPLICAS)]);
}

/** Resolves when it is gone. */
export async function dropTopic(brokers: readonly string[], topic: string): Promise<void> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const isThere = async (): Promise<boolean> => (await admin.listTopics()).includes(topic);
  if (await isThere()) await admin.deleteTopics({ topics: [topic] });
  for (let looks = 1; await isThere(); looks++) {
    if (looks === MOST_LOOKS) throw new Error(`the topic ${topic} does not go away`);
    await sleep(100);
  }
  await admin.disconnect();
}
