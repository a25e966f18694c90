import { type SaslMechanism, saslMechanisms } from '#platform/bus';
import { type SafarEnvironment } from './environment.dto.js';

/** Where Kafka is and how topics are made. */
export interface KafkaConfig {
  readonly brokers: readonly string[];
  /** Begins the names of all topics, where others use the same cluster. */
  readonly topicPrefix: string;
  /** Of topics that are made. */
  readonly partitions: number;
  readonly replicas: number;
  /** Whether the relay takes touchpoints from the topic that others write to. */
  readonly inbound: boolean;
  readonly tls:
    | {
        /** PEM texts. */
        readonly ca: string | undefined;
        readonly cert: string | undefined;
        readonly key: string | undefined;
      }
    | undefined;
  readonly sasl:
    { readonly mechanism: SaslMechanism; readonly username: string; readonly password: string } | undefined;
}

export function kafkaOf(environment: SafarEnvironment): KafkaConfig | undefined {
  const { SAFAR_KAFKA_BROKERS: brokers } = environment;
  if (brokers === undefined) return undefined;
  return Object.freeze({
    brokers: Object.freeze(brokers.split(',')),
    topicPrefix: environment.SAFAR_KAFKA_TOPIC_PREFIX ?? '',
    partitions: Number(environment.SAFAR_KAFKA_PARTITIONS ?? 12),
    replicas: Number(environment.SAFAR_KAFKA_REPLICAS ?? 3),
    inbound: environment.SAFAR_KAFKA_INBOUND === 'true',
    tls:
      environment.SAFAR_KAFKA_TLS === 'true'
        ? Object.freeze({
            ca: environment.SAFAR_KAFKA_TLS_CA,
            cert: environment.SAFAR_KAFKA_TLS_CERT,
            key: environment.SAFAR_KAFKA_TLS_KEY,
          })
        : undefined,
    sasl: saslOf(environment),
  });
}

/** The rules have seen to it that all are there, or none. */
function saslOf(environment: SafarEnvironment): KafkaConfig['sasl'] {
  const { SAFAR_KAFKA_SASL_USERNAME: username, SAFAR_KAFKA_SASL_PASSWORD: password } = environment;
  const mechanism = saslMechanisms.find((one) => one === environment.SAFAR_KAFKA_SASL_MECHANISM);
  if (mechanism === undefined || username === undefined || password === undefined) return undefined;
  return Object.freeze({ mechanism, username, password });
}
