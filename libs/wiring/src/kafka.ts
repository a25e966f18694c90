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

/** What they are called in this installation. */
export const topicNames = ({ topicPrefix }: Pick<KafkaConfig, 'topicPrefix'>) => ({
  events: `${topicPrefix}${EVENTS_TOPIC}`,
  inbound: `${topicPrefix}${INBOUND_TOPIC}`,
  deadLetters: `${topicPrefix}${DEAD_LETTERS_TOPIC}`,
});

/** Every topic that is ours, as it has to be. */
export function topics(
  kafka: Pick<KafkaConfig, 'topicPrefix' | 'partitions' | 'replicas'>,
): readonly TopicDeclaration[] {
  const { partitions, replicas } = kafka;
  const { events, inbound, deadLetters } = topicNames(kafka);
  return [
    safeTopic(events, partitions, replicas),
    inboundTopic(inbound, partitions, replicas),
    deadLetterTopic(deadLetters, replicas),
  ];
}

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
  {
    pool,
    topic,
    ...ports
  }: { readonly pool: pg.Pool; readonly bus: Bus; readonly source: EventSource; readonly topic: string },
  closers: (() => Promise<void>)[],
): LaneFeed {
  const progress = watchRelayProgress(pool, topic);
  closers.push(() => progress.close());
  return busFeed({ ...ports, topic, progress });
}
