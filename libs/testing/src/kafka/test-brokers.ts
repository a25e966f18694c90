import { KafkaCluster } from './kafka-cluster.js';

/** Brokers for a test. */
export interface TestBrokers {
  readonly whose: 'ours' | 'of others, too';
  readonly brokers: readonly string[];
  /** As many as a topic may have. */
  readonly replicas: number;
  /** Begins the names of all topics of a run; test/kafka-setup.mjs removes them. */
  readonly prefix: string;
  /** Only where nobody else needs them: these may be killed. */
  readonly cluster?: KafkaCluster;
}

/** Started for the tests alone. Of no brokers where SAFAR_KAFKA_BROKERS is set and there is no Java, which the setup says aloud. */
export function ownCluster(): KafkaCluster {
  const folder = process.env['SAFAR_TEST_KAFKA'];
  return folder === undefined ? KafkaCluster.none : KafkaCluster.at(folder);
}

/** Given `describe`: for tests that kill brokers, or ask for what only ours have. */
export const withOwnBrokers = <Describe extends { readonly skip: unknown }>(
  describe: Describe,
): Describe | Describe['skip'] => (ownCluster().nodes.length > 0 ? describe : describe.skip);

/** The cluster that is there already, and our own. */
export function allBrokers(): readonly TestBrokers[] {
  const { SAFAR_KAFKA_BROKERS: shared, SAFAR_KAFKA_REPLICAS: replicas = '3', ...own } = process.env;
  const prefix = own['SAFAR_TEST_KAFKA_PREFIX'] ?? '';
  const all: TestBrokers[] = [];
  if (shared) all.push({ whose: 'of others, too', brokers: shared.split(','), replicas: Number(replicas), prefix });
  const cluster = ownCluster();
  const { brokers } = cluster;
  if (brokers.length > 0) all.push({ whose: 'ours', brokers, replicas: brokers.length, prefix, cluster });
  return all;
}

/** The cluster that is there already, or else our own. */
export function someBrokers(): TestBrokers {
  const [some] = allBrokers();
  if (!some) throw new Error('these tests are for npm run test:kafka');
  return some;
}
