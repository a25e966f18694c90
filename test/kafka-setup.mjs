// PostgreSQL as for other tests, and one cluster of three Kafka brokers for all of these: their start is what costs.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import setupPostgres from './global-setup.mjs';
import teardownPostgres from './global-teardown.mjs';

export default async function setup() {
  await setupPostgres();
  const { KafkaCluster } = await import('../dist/libs/testing/src/kafka/kafka-cluster.js');
  const folder = mkdtempSync(path.join(tmpdir(), 'safar-kafka-'));
  chmodSync(folder, 0o755);
  globalThis.safarTestKafka = { folder, KafkaCluster };
  try {
    await KafkaCluster.start(folder);
  } catch (error) {
    await teardown();
    throw error;
  }
  process.env.SAFAR_TEST_KAFKA = folder;
}

export async function teardown() {
  const { folder, KafkaCluster } = globalThis.safarTestKafka;
  await KafkaCluster.at(folder).stop();
  rmSync(folder, { recursive: true, force: true });
  await teardownPostgres();
}
