import { type SecureVersion } from 'node:tls';
import { Kafka, logLevel, type KafkaConfig, type SASLOptions } from 'kafkajs';
import { type KafkaSettings } from './kafka-settings.js';

const CONNECTION_TIMEOUT_MS = 3_000;
/** Longer than a broker may take to gather the answers of the others, which is WRITE_TIMEOUT_MS. */
const REQUEST_TIMEOUT_MS = 10_000;
const LEAST_TLS: SecureVersion = 'TLSv1.2';

export function kafkaClient({ brokers, clientId, tls, sasl }: KafkaSettings): Kafka {
  const config: KafkaConfig = {
    brokers: [...brokers],
    clientId,
    // What goes wrong is in the errors; its own lines would bring addresses and payload sizes into our log.
    logLevel: logLevel.NOTHING,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    ...(tls && { ssl: { ...certificatesOf(tls), minVersion: LEAST_TLS } }),
    ...(sasl && { sasl: saslOf(sasl) }),
  };
  return new Kafka(config);
}

const certificatesOf = ({ ca, cert, key }: NonNullable<KafkaSettings['tls']>) => ({
  ...(ca !== undefined && { ca }),
  ...(cert !== undefined && { cert }),
  ...(key !== undefined && { key }),
});

/** One by one: kafkajs types each mechanism on its own. */
function saslOf({ mechanism, username, password }: NonNullable<KafkaSettings['sasl']>): SASLOptions {
  switch (mechanism) {
    case 'plain':
      return { mechanism, username, password };
    case 'scram-sha-256':
      return { mechanism, username, password };
    case 'scram-sha-512':
      return { mechanism, username, password };
  }
}
