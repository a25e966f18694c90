import pg from 'pg';
import { StoreGuardError } from '../event-store.port.js';
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
}

const STATE = `
  SELECT s.store_id, s.epoch, s.start_position, s.last_position, s.reserved_position, s.partition_rows,
         EXISTS (SELECT FROM es.events e WHERE e.position = s.last_position) AS marked,
         (SELECT e.position FROM es.events e ORDER BY e.position DESC LIMIT 1) AS log_end
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
  const mark = BigInt(row.last_position);
  const logEnd = BigInt(row.log_end ?? row.start_position);
  if (expectedEpoch !== undefined && epoch !== expectedEpoch)
    throw new StoreGuardError(
      `the store is in epoch ${epoch.toString()}, and epoch ${expectedEpoch.toString()} was expected.`,
      'It was restored or failed over: rebuild what was derived from the other epoch, then expect the new one.',
    );
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
  return { storeId: row.store_id, epoch, partitionRows: BigInt(row.partition_rows) };
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
