export * from './event-store.port.js';
export { openMemoryEventStore, type MemoryEventStoreOptions } from './memory/memory-event-store.js';
export { ensurePartitions, layOutStore, raiseEpoch, storeReport, type StoreLayout } from './postgres/admin.js';
export { eventStoreMigrations } from './postgres/migrations.js';
export {
  openPostgresEventStore,
  type PostgresEventStore,
  type PostgresEventStoreOptions,
} from './postgres/postgres-event-store.js';
export {
  followEpoch,
  furthestCheckpoint,
  keepLogInEventStoreDb,
  type LogPlace,
  logPlace,
} from './postgres/log-place.js';
export { eventStoreDbAddress } from './eventstoredb/address.js';
export { type EventStoreDbPlace } from './eventstoredb/admin.js';
export { type EventStoreDbOptions } from './eventstoredb/eventstoredb-event-store.js';
export { eventStoreDbReport, openEventStoreDb, raiseEventStoreDbEpoch } from './eventstoredb/on-demand.js';
