export * from './breaking-connections.js';
export * from './collector.js';
export * from './database.js';
export * from './until.js';
export { kafkaUser } from './kafka/guarded-listeners.js';
export * from './kafka/kafka-cluster.js';
export * from './eventstoredb/fake-eventstoredb.js';
export * from './kafka/kafka-jars.js';
