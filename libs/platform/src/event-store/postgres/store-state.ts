import pg from 'pg';
import { StoreGuardError, type StoreReport } from '../event-store.port.js';
import { guardError } from './database-errors.js';
import { errorCode } from './schema/error-codes.js';

export interface StoreState {
  readonly storeId: string;
  readonly epoch: bigint;
  /** How many positions a partition holds. */
  readonly partitionRows: bigint;
}

interface StateRow {
  readonly store_id: string;
  readonly epoch: string;
  readonly start_position: string;
  readonly last_position: string;
  readonly reserved_position: string;
  readonly partition_rows: string;
  readonly marked: boolean;
  readonly log_end: string | null;
  readonly read_only: boolean;
  readonly kept_in: string;
}

const STATE = `
  SELECT s.store_id, s.epoch, s.start_position, s.last_position, s.reserved_position, s.partition_rows, s.kept_in,
         EXISTS (SELECT FROM es.events e WHERE e.position = s.last_position) AS marked,
         (SELECT e.position FROM es.events e ORDER BY e.position DESC LIMIT 1) AS log_end,
         pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS read_only
  FROM es.store s`;

const MIGRATE = 'Run the migrations with the connection string of its owner, or correct SAFAR_DATABASE_URL.';

/** Undefined table, undefined schema, insufficient privilege. */
const NO_STORE_CODES = new Set(['42P01', '3F000', '42501']);

/**
 * Looks at the store before it is used.
 * @throws StoreGuardError when appending would reuse a position, or continue another history than the caller's.
 */
export async function checkStore(pool: pg.Pool, expectedEpoch: bigint | undefined): Promise<StoreState> {
  const row = await stateOf(pool);
  const epoch = BigInt(row.epoch);
  if (expectedEpoch !== undefined && epoch !== expectedEpoch)
    throw new StoreGuardError(
      `the store is in epoch ${epoch.toString()}, and epoch ${expectedEpoch.toString()} was expected.`,
      'It was restored or failed over: rebuild what was derived from the other epoch, then expect the new one.',
    );
  checkPlace(row);
  checkMarks(row);
  return { storeId: row.store_id, epoch, partitionRows: BigInt(row.partition_rows) };
}

/**
 * Whether a process that opened the store in an epoch can append now; nothing is written for it.
 * @throws StoreFencedError when it never can again, StoreGuardError when somebody has to act, Error when the server takes no writes
 */
export async function checkWritable(pool: pg.Pool, epoch: bigint): Promise<void> {
  const row = await stateOf(pool);
  if (BigInt(row.epoch) !== epoch)
    throw guardError(errorCode.otherEpoch, `the store is in epoch ${row.epoch}, the writer in ${epoch.toString()}`);
  checkMarks(row);
  if (row.read_only) throw new Error('the database takes no writes: it is a standby, or read-only');
}

export async function reportOf(pool: pg.Pool): Promise<StoreReport> {
  const row = await stateOf(pool);
  return {
    storeId: row.store_id,
    epoch: BigInt(row.epoch),
    head: BigInt(row.log_end ?? row.start_position),
    mark: BigInt(row.last_position),
    problem: problemOf(row),
  };
}

function problemOf(row: StateRow): StoreGuardError | undefined {
  try {
    checkPlace(row);
    checkMarks(row);
    return undefined;
  } catch (error) {
    if (error instanceof StoreGuardError) return error;
    throw error;
  }
}

/** A second log would begin here, beside the one that everything in this database came from. */
function checkPlace({ kept_in: keptIn }: StateRow): void {
  if (keptIn !== 'postgresql')
    throw new StoreGuardError(
      'The log of this installation is in EventStoreDB, and SAFAR_EVENTSTORE_URL is not set.',
      'Set it, as it was when the log was begun.',
    );
}

function checkMarks(row: StateRow): void {
  const mark = BigInt(row.last_position);
  const logEnd = BigInt(row.log_end ?? row.start_position);
  if (logEnd < mark || (mark > BigInt(row.start_position) && !row.marked))
    throw guardError(
      errorCode.tailMissing,
      `an event at position ${mark.toString()} was committed, and the log ends at ${logEnd.toString()}`,
    );
  if (logEnd > BigInt(row.reserved_position))
    throw guardError(
      errorCode.markBehind,
      `the log ends at position ${logEnd.toString()}, and es.store knows of none beyond ${row.reserved_position}`,
    );
}

async function stateOf(pool: pg.Pool): Promise<StateRow> {
  let rows: StateRow[];
  try {
    ({ rows } = await pool.query<StateRow>(STATE));
  } catch (error) {
    if (error instanceof pg.DatabaseError && NO_STORE_CODES.has(error.code ?? ''))
      throw new StoreGuardError('this database has no event store that this account may use.', MIGRATE);
    throw error;
  }
  const [row] = rows;
  if (!row) throw new StoreGuardError('es.store is empty.', 'Restore it from a backup, together with es.events.');
  return row;
}
