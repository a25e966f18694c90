import type { OperatedEventStore } from '../event-store.port.js';
import type { EventStoreDbPlace, EventStoreDbState } from './admin.js';
import type { EventStoreDbOptions } from './eventstoredb-event-store.js';

/** The client and gRPC are loaded by those alone who have an EventStoreDB. */

/**
 * Opens the log on an EventStoreDB; begins it where it may.
 * @throws StoreGuardError when it cannot be used as it is, StoreUnavailableError
 */
export async function openEventStoreDb(options: EventStoreDbOptions): Promise<OperatedEventStore> {
  return (await import('./eventstoredb-event-store.js')).openEventStoreDb(options);
}

/** What a server has of a log, also of one that cannot be opened as it is; undefined where there is none. */
export async function eventStoreDbReport(place: EventStoreDbPlace): Promise<EventStoreDbState | undefined> {
  return (await import('./admin.js')).eventStoreDbReport(place);
}

/** Begins a new epoch after a restore or a fail-over, beyond the store's own and another, and answers it. */
export async function raiseEventStoreDbEpoch(place: EventStoreDbPlace, beyond: bigint): Promise<bigint> {
  return (await import('./admin.js')).raiseEventStoreDbEpoch(place, beyond);
}
