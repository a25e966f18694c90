import { type Bus, type KafkaSettings, openKafkaBus } from '#platform/bus';
import { type Config } from './config/config.js';
import { ConfigurationError } from './config/configuration-error.js';
import { type KafkaConfig } from './config/kafka-config.js';

/** Every event of the store. Its version grows when the number of partitions or the meaning of records changes. */
export const EVENTS_TOPIC = 'safar.events.v1';

/** @throws ConfigurationError where no brokers are configured */
export function kafkaConfigOf({ kafka }: Config): KafkaConfig {
  if (kafka) return kafka;
  const remedy = 'Write it as kafka-1:9092,kafka-2:9092.';
  throw new ConfigurationError([{ variable: 'SAFAR_KAFKA_BROKERS', problem: 'is needed for this', remedy }]);
}

export const openBus = (config: Config, program: string): Promise<Bus> =>
  openKafkaBus(kafkaSettings(kafkaConfigOf(config), program));

export const kafkaSettings = ({ brokers, tls, sasl }: KafkaConfig, program: string): KafkaSettings => ({
  ...{ brokers, tls, sasl },
  clientId: `safar-${program}`,
});
