export * from './bus.port.js';
export { eventOf, ForeignRecordError, recordOf, SEQUENCE_HEADER, sequenceOf } from './event-records.js';
export { DEAD_LETTER_HEADERS, deadLetterOf, firstWrittenAt } from './inbound/dead-letters.js';
export { inboundState, type InboundState } from './inbound/inbound-checkpoint.js';
export { inboundMigrations } from './inbound/inbound-migrations.js';
export {
  type InboundOutcome,
  type Kept,
  type RefusedInbound,
  type RefusedRecord,
  type SetAside,
} from './inbound/inbound-outcome.js';
export { watchTopic, type TopicWatch } from './inbound/topic-watch.js';
export {
  startInbound,
  type Inbound,
  type InboundHealth,
  type InboundSettings,
  type TakeInbound,
} from './inbound/inbound.js';
export { ensureTopics, openKafkaBus } from './kafka/load-kafka.js';
export { saslMechanisms, type KafkaSettings, type SaslMechanism } from './kafka/kafka-settings.js';
export {
  deadLetterTopic,
  inboundTopic,
  safeTopic,
  TIMESTAMP_SETTING,
  type EnsuredTopic,
  type TopicDeclaration,
  type TopicDrift,
} from './kafka/topic-declaration.js';
export { openMemoryBus, type MemoryBus, type MemoryBusOptions, type WriteFault } from './memory/memory-bus.js';
export { relayCheckpoint, type Marks, type PartitionMark, type RelayCheckpoint } from './relay-checkpoint.js';
export { relayMigrations } from './relay-migrations.js';
export { startRelay, type Relay, type RelayHealth, type RelaySettings } from './relay.js';
export { StalledError, watchdog, type Watched } from './watchdog.js';
export { restartRelay } from './restart-relay.js';
export { busFeed, type BusFeedParts } from './bus-feed.js';
export { watchRelayProgress, type RelayProgress } from './relay-progress.js';
