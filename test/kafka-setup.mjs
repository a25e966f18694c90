// PostgreSQL as for other tests, and one cluster of three Kafka brokers for all of these: their start is what costs.
// With SAFAR_KAFKA_BROKERS, tests that leave brokers as they are use those, and their topics are removed at the end; with
// SAFAR_TEST_CONTAINERS=true, one from an image.
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import setupPostgres from './global-setup.mjs';
import teardownPostgres from './global-teardown.mjs';

const MOST_TRIES = 60;

export default async function setup() {
  const brokers = process.env.SAFAR_KAFKA_BROKERS?.split(',');
  const prefix = (process.env.SAFAR_TEST_KAFKA_PREFIX = `safar-test-${randomBytes(6).toString('hex')}.`);
  if (brokers) {
    process.stderr.write(`\nKafka at ${brokers.join(', ')}: topics of this run begin with ${prefix}\n`);
    await untilReady(brokers);
  }
  await setupPostgres();
  const { KafkaCluster } = await import('../dist/libs/testing/src/kafka/kafka-cluster.js');
  const folder = mkdtempSync(path.join(tmpdir(), 'safar-kafka-'));
  chmodSync(folder, 0o755);
  const started = (globalThis.safarTestKafka = { folder, KafkaCluster, brokers, prefix });
  try {
    if (!brokers && process.env.SAFAR_TEST_CONTAINERS === 'true') await startContainer(started);
    const own = await KafkaCluster.start(folder);
    await untilReady(own.brokers);
    process.env.SAFAR_TEST_KAFKA = folder;
  } catch (error) {
    if (!process.env.SAFAR_KAFKA_BROKERS || !isMissingProgram(error)) {
      await teardown();
      throw error;
    }
    process.stderr.write(`\n** Tests that kill brokers are SKIPPED: none can be started here (${error.message}).\n\n`);
  }
}

/** Instead of a cluster that is there; what it keeps goes with it. */
async function startContainer(started) {
  const { startKafkaContainer } = await import('../dist/libs/testing/src/containers.js');
  started.container = await startKafkaContainer();
  const brokers = (process.env.SAFAR_KAFKA_BROKERS = started.container.address);
  process.env.SAFAR_KAFKA_REPLICAS = '1';
  await untilReady([brokers]);
}

const isMissingProgram = ({ code, syscall }) => code === 'ENOENT' && syscall?.startsWith('spawn');

export async function teardown() {
  const { folder, KafkaCluster, brokers, prefix, container } = globalThis.safarTestKafka;
  if (existsSync(path.join(folder, 'cluster.json'))) await KafkaCluster.at(folder).stop();
  rmSync(folder, { recursive: true, force: true });
  await teardownPostgres();
  await container?.stop();
  if (brokers) await withAdmin(brokers, (admin) => removeTopics(admin, prefix));
}

async function withAdmin(brokers, work, retry) {
  const settings = { brokers, clientId: 'safar-test', logLevel: kafkajs.logLevel.NOTHING, retry };
  const admin = new kafkajs.Kafka(settings).admin();
  try {
    await admin.connect();
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Brokers that have just started listen before they know who keeps the place of a reader. */
async function untilReady(brokers) {
  const asked = async (admin) => {
    // Only then does this client know whom it may ask.
    await admin.listTopics();
    await admin.fetchOffsets({ groupId: 'safar-reader-test' });
  };
  for (let tries = 1; ; tries++)
    try {
      return await withAdmin(brokers, asked, { retries: 0 });
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
      await sleep(500);
    }
}

async function removeTopics(admin, prefix) {
  const topics = (await admin.listTopics()).filter((name) => name.startsWith(prefix));
  if (topics.length > 0) await admin.deleteTopics({ topics });
}
