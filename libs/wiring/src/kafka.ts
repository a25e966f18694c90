import type pg from 'pg';
import {
  type Bus,
  busFeed,
  deadLetterTopic,
  inboundTopic,
  type KafkaSettings,
  openKafkaBus,
  safeTopic,
  type TopicDeclaration,
  watchRelayProgress,
} from '#platform/bus';
import { type EventSource, type LaneFeed } from '#platform/consumers';
import { ConfigurationError } from './config/configuration-error.js';
import { type KafkaConfig } from './config/kafka-config.js';

/** Every event of the store. Its version grows when the number of partitions or the meaning of records changes. */
export const EVENTS_TOPIC = 'safar.events.v1';
/** What others write touchpoints to. */
export const INBOUND_TOPIC = 'safar.touchpoints.in.v1';
/** What could not be taken from it. */
export const DEAD_LETTERS_TOPIC = 'safar.touchpoints.in.v1.dlq';

/** Every topic that is ours, as it has to be. */
export const topics = ({
  partitions,
  replicas,
}: Pick<KafkaConfig, 'partitions' | 'replicas'>): readonly TopicDeclaration[] => [
  safeTopic(EVENTS_TOPIC, partitions, replicas),
  inboundTopic(INBOUND_TOPIC, partitions, replicas),
  deadLetterTopic(DEAD_LETTERS_TOPIC, replicas),
];

export const kafkaNeeded = (): ConfigurationError =>
  new ConfigurationError([
    {
      variable: 'SAFAR_KAFKA_BROKERS',
      problem: 'is needed for this',
      remedy: 'Write it as kafka-1:9092,kafka-2:9092.',
    },
  ]);

export const openBus = (kafka: KafkaConfig, program: string): Promise<Bus> =>
  openKafkaBus(kafkaSettings(kafka, program));

export const kafkaSettings = ({ brokers, tls, sasl }: KafkaConfig, program: string): KafkaSettings => ({
  ...{ brokers, tls, sasl },
  clientId: `safar-${program}`,
});

/** Lanes read the topic; what was before they come to it, the store. */
export function kafkaFeed(
  { pool, bus, source }: { readonly pool: pg.Pool; readonly bus: Bus; readonly source: EventSource },
  closers: (() => Promise<void>)[],
): LaneFeed {
  const progress = watchRelayProgress(pool, EVENTS_TOPIC);
  closers.push(() => progress.close());
  return busFeed({ bus, topic: EVENTS_TOPIC, source, progress });
}
