export * from './event-store.port.js';
export { openMemoryEventStore, type MemoryEventStoreOptions } from './memory/memory-event-store.js';
export { ensurePartitions, layOutStore, raiseEpoch, storeReport, type StoreLayout } from './postgres/admin.js';
export { type StoreReport } from './postgres/store-state.js';
export { eventStoreMigrations } from './postgres/migrations.js';
export { type FinishedFlush } from './postgres/group-commit.js';
export {
  openPostgresEventStore,
  type PostgresEventStore,
  type PostgresEventStoreOptions,
} from './postgres/postgres-event-store.js';
