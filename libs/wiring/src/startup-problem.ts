import { BusGuardError, StalledError } from '#platform/bus';
import { StoreGuardError, StoreUnavailableError } from '#platform/event-store';
import { EmbeddedPostgresLostError, EmbeddedPostgresStartError } from '#platform/postgres';
import { VaultGuardError } from '#platform/vault';
import { ConfigurationError } from './config/configuration-error.js';

/** What a person has to read when a program does not start: our own words where we have them, the stack where it is a bug. */
export function startupProblem(error: unknown): string {
  if (
    error instanceof ConfigurationError ||
    error instanceof StoreGuardError ||
    error instanceof VaultGuardError ||
    error instanceof EmbeddedPostgresLostError ||
    error instanceof EmbeddedPostgresStartError ||
    error instanceof BusGuardError ||
    error instanceof StalledError
  )
    return error.message;
  if (error instanceof StoreUnavailableError)
    return `EventStoreDB does not answer (${error.message}): is it running, and is SAFAR_EVENTSTORE_URL right?`;
  if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED')
    return `The database does not answer (${error.message}): is it running, and is SAFAR_DATABASE_URL right?`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
