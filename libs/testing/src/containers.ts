import type { StartedTestContainer } from 'testcontainers';
import { freePort } from './ports.js';

/** A server in a container, which whoever started it has to stop. */
export interface ContainedServer {
  /** As clients are told it. */
  readonly address: string;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 120_000;

/** One broker, without replication, on this machine: it tells clients to come to the port that the engine publishes. */
export async function startKafkaContainer(
  image = process.env['SAFAR_KAFKA_IMAGE'] ?? 'apache/kafka:4.1.0',
): Promise<ContainedServer> {
  const { GenericContainer } = await import('testcontainers');
  const port = await freePort();
  const address = `127.0.0.1:${String(port)}`;
  const container = await new GenericContainer(image)
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment({
      ...{ KAFKA_NODE_ID: '1', KAFKA_PROCESS_ROLES: 'broker,controller' },
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${address}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      ...{ KAFKA_INTER_BROKER_LISTENER_NAME: 'PLAINTEXT', KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER' },
      ...{ KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1', KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '3' },
      ...{ KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false', KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0' },
      KAFKA_LOG_DIRS: '/var/lib/kafka/data',
    })
    .withStartupTimeout(START_TIMEOUT_MS)
    .start();
  return { address, stop: () => stop(container) };
}

/** One node that asks nobody who they are and keeps everything in memory. */
export async function startEventStoreDbContainer(
  image = process.env['SAFAR_EVENTSTORE_IMAGE'] ?? 'eventstore/eventstore:24.10',
): Promise<ContainedServer> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const container = await new GenericContainer(image)
    .withExposedPorts(2113)
    .withEnvironment({ EVENTSTORE_CLUSTER_SIZE: '1', EVENTSTORE_INSECURE: 'true', EVENTSTORE_MEM_DB: 'true' })
    // It listens some time before it leads; then the answer is 204.
    .withWaitStrategy(Wait.forHttp('/health/live', 2113).forStatusCode(204))
    .withStartupTimeout(START_TIMEOUT_MS)
    .start();
  const address = `esdb://${container.getHost()}:${String(container.getMappedPort(2113))}?tls=false`;
  return { address, stop: () => stop(container) };
}

/** At once: nothing in it is needed any more. */
async function stop(container: StartedTestContainer): Promise<void> {
  await container.stop();
}
