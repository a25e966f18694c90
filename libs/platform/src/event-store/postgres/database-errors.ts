import pg from 'pg';
import { StoreFencedError, StoreGuardError } from '../event-store.port.js';
import { errorCode } from './schema/error-codes.js';

/**
 * What an error says about the flush that it answers.
 * - `lost`: the connection is gone or of no use. What was sent on it may be stored or not.
 * - `no-partition`: nothing is stored; the log has no room at these positions.
 * - `transient`: nothing is stored; the same may succeed later.
 * - `guard`: nothing is stored; the store cannot be used as it is.
 * - `refused`: nothing is stored, and trying again will not help.
 */
export type FlushError = 'lost' | 'no-partition' | 'transient' | 'guard' | 'refused';

export function classify(error: unknown): FlushError {
  if (!(error instanceof pg.DatabaseError)) return 'lost';
  const { code = '', severity, routine } = error;
  // The session ends with these, perhaps after the commit: an answer that is lost is not a failure.
  if (severity === 'FATAL' || severity === 'PANIC' || /^(08|57P)/.test(code)) return 'lost';
  // A server that became a standby takes no writes: look for its successor.
  if (code === '25006') return 'lost';
  if (code === '23514' && routine === 'ExecFindPartition') return 'no-partition';
  if (guardErrors.has(code)) return 'guard';
  // Deadlock and serialisation, lock timeout, cancelled, out of memory or disk, system error.
  if (/^(40|53|55P03|57014|58)/.test(code)) return 'transient';
  return 'refused';
}

const RAISE_EPOCH =
  'If these events are gone for good, continue with the log as it is now: safar store raise-epoch (docs/how-to/backup-and-restore.md).';

const guardErrors = new Map<string, string>([
  [
    errorCode.otherEpoch,
    'Somebody restored the store or failed over. Restart this process, then rebuild the read models: safar projections status shows which.',
  ],
  [
    errorCode.tailMissing,
    `The end of the log is missing. Restore es.events from the backup that es.store came from. ${RAISE_EPOCH}`,
  ],
  [
    errorCode.markBehind,
    'The row in es.store is older than the log. Restore es.store from the backup that es.events came from, or let it read its marks from the log: safar store raise-epoch (docs/how-to/backup-and-restore.md).',
  ],
]);

export const guardError = (code: string, message: string): StoreGuardError => {
  const Guard = code === errorCode.otherEpoch ? StoreFencedError : StoreGuardError;
  return new Guard(`${message}.`, guardErrors.get(code) ?? 'Restore the store from a backup.');
};

/** The guard that an error of the database stands for, if it does. */
export function asGuardError(error: unknown): StoreGuardError | undefined {
  if (!(error instanceof pg.DatabaseError) || error.code === undefined || !guardErrors.has(error.code))
    return undefined;
  return guardError(error.code, error.message);
}
