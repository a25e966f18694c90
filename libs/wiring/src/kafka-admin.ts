import { type EnsuredTopic, ensureTopics, openKafkaBus, restartRelay } from '#platform/bus';
import { createPool, migrate } from '#platform/postgres';
import { type Config } from './config/config.js';
import { openDatabase } from './database.js';
import { type InstallationOptions } from './installation.js';
import { kafkaNeeded, kafkaSettings, topicNames, topics } from './kafka.js';
import { migrations } from './migrations.js';

/** What operators do with Kafka. */
export interface KafkaAdmin {
  /** Makes the topics that are missing, and says where those that are there are not as they have to be. */
  init(): Promise<readonly EnsuredTopic[]>;
  /** After the topic was made anew: the relay begins with the first event, at number one of each partition. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function openKafkaAdmin(
  config: Config,
  { program, say = () => undefined }: InstallationOptions,
): Promise<KafkaAdmin> {
  const { kafka } = config;
  if (!kafka) throw kafkaNeeded();
  const settings = kafkaSettings(kafka, program);
  const { url, release } = await openDatabase(config, say);
  const pool = createPool({ url, max: 2, applicationName: `safar ${program}` });
  const close = async (): Promise<void> => {
    await pool.end();
    await release();
  };
  try {
    await migrate(url, migrations);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    init: () => ensureTopics(settings, topics(kafka)),
    restart: async () => {
      const bus = await openKafkaBus(settings);
      try {
        await restartRelay(pool, bus, topicNames(kafka).events);
      } finally {
        await bus.close();
      }
    },
    close,
  };
}
