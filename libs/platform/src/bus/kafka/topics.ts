import { setTimeout as sleep } from 'node:timers/promises';
import { type Admin } from 'kafkajs';
import { kafkaClient } from './kafka-client.js';
import { isUntrusted } from './is-untrusted.js';
import { type KafkaSettings } from './kafka-settings.js';
import { driftsIn, type EnsuredTopic, type TopicDeclaration, type TopicDrift } from './topic-declaration.js';
import { settingsOf } from './topic-settings.js';

const DEADLINE_MS = 30_000;
const RETRY_MS = 500;

export async function makeTopics(
  settings: KafkaSettings,
  declarations: readonly TopicDeclaration[],
): Promise<readonly EnsuredTopic[]> {
  const admin = kafkaClient(settings).admin({ retry: { retries: 2 } });
  // A cluster that has just started answers "not available" and "loading" for some seconds.
  for (const end = Date.now() + DEADLINE_MS; ;)
    try {
      await admin.connect();
      const ensured: EnsuredTopic[] = [];
      for (const declaration of declarations) ensured.push(await ensureTopic(admin, declaration));
      await admin.disconnect();
      return ensured;
    } catch (error) {
      await admin.disconnect().catch(() => undefined);
      if (Date.now() > end || !isPassing(error)) throw error;
      await sleep(RETRY_MS);
    }
}

/** A wrong password stays wrong, and a certificate that nobody vouches for; everything else may be a cluster that is not ready yet. */
const isPassing = (error: unknown): boolean =>
  error instanceof Error &&
  error.name !== 'KafkaJSSASLAuthenticationError' &&
  !isRefusedByPolicy(error) &&
  !isUntrusted(error);

const isRefusedByPolicy = (error: Error): boolean =>
  'errors' in error &&
  Array.isArray(error.errors) &&
  error.errors.some(
    (each: unknown) => typeof each === 'object' && each !== null && 'type' in each && each.type === 'POLICY_VIOLATION',
  );

async function ensureTopic(admin: Admin, declaration: TopicDeclaration): Promise<EnsuredTopic> {
  const { name, partitions, replicas, settings } = declaration;
  if (!(await admin.listTopics()).includes(name)) {
    const configEntries = Object.entries(settings).map(([setting, value]) => ({ name: setting, value }));
    const made = await admin.createTopics({
      waitForLeaders: true,
      topics: [{ topic: name, numPartitions: partitions, replicationFactor: replicas, configEntries }],
    });
    if (made) return { name, made, drifts: [] };
  }
  return { name, made: false, drifts: await driftsOf(admin, declaration) };
}

async function driftsOf(admin: Admin, declaration: TopicDeclaration): Promise<readonly TopicDrift[]> {
  const { name, partitions, replicas, settings } = declaration;
  const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
  const found = topics[0]?.partitions ?? [];
  const values = await settingsOf(admin, name, Object.keys(settings));
  const compared: TopicDrift[] = [
    { setting: 'partitions', is: String(found.length), should: String(partitions) },
    {
      setting: 'replicas',
      is: String(Math.min(...found.map((partition) => partition.replicas.length))),
      should: String(replicas),
    },
  ];
  return [...compared.filter(({ is, should }) => is !== should), ...driftsIn(settings, values)];
}
