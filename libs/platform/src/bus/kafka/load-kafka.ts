import { type Bus } from '../bus.port.js';
import { type KafkaSettings } from './kafka-settings.js';
import { type EnsuredTopic, type TopicDeclaration } from './topic-declaration.js';

// kafkajs is loaded by those who use Kafka: most installations and commands have none.

/** Apache Kafka as the bus. Connections are made when they are needed. */
export const openKafkaBus = async (settings: KafkaSettings): Promise<Bus> =>
  (await import('./kafka-bus.js')).kafkaBus(settings);

/** Makes the topics that are missing, and compares those that are there: setting by setting, changing nothing. */
export const ensureTopics = async (
  settings: KafkaSettings,
  declarations: readonly TopicDeclaration[],
): Promise<readonly EnsuredTopic[]> => (await import('./topics.js')).makeTopics(settings, declarations);
