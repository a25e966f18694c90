import pg from 'pg';
import type { Position } from '#kernel';
import { createPool } from '#platform/postgres';
import { type StoreReport } from '../event-store.port.js';
import { reportOf } from './store-state.js';

/** What only the owner of the database may do; each function takes the owner's connection string. */

export interface StoreLayout {
  /** The position before the first event: where another store ended that this one continues. */
  readonly startPosition?: Position;
  /** Positions of each partition. */
  readonly partitionRows?: bigint;
}

/** Lays out a store that holds nothing yet. @throws Error when it holds something. */
export async function layOutStore(url: string, { startPosition = 0n, partitionRows }: StoreLayout): Promise<void> {
  await asOwner(url, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE es.store SET start_position = $1, last_position = $1, reserved_position = $1, partitioned_position = $1,
         partition_rows = coalesce($2, partition_rows)
       WHERE partitioned_position = 0`,
      [startPosition.toString(), partitionRows?.toString() ?? null],
    );
    if (rowCount !== 1) throw new Error('the store has partitions already: its layout cannot change any more');
  });
}

/** Makes partitions for as many events after the head; answers the last position that has one. */
export const ensurePartitions = (url: string, rowsAhead: bigint): Promise<Position> =>
  asOwner(url, (client) => one(client, 'SELECT es.ensure_partitions($1) AS answer', [rowsAhead.toString()]));

/**
 * After a restore or a fail-over: reads the marks of the store from the log as it is and begins a new epoch, which it answers.
 * Every process that has the store open is refused from then on and must be started again.
 */
export const raiseEpoch = (url: string): Promise<bigint> =>
  asOwner(url, (client) => one(client, 'SELECT es.raise_epoch() AS answer', []));

/** What is known of a store, also of one that cannot be opened as it is; `problem` says why. */
export async function storeReport(url: string): Promise<StoreReport> {
  const pool = createPool({ url, max: 1, applicationName: 'safar store' });
  try {
    return await reportOf(pool);
  } finally {
    await pool.end();
  }
}

async function one(client: pg.Client, text: string, values: readonly string[]): Promise<bigint> {
  const { rows } = await client.query<{ answer: string }>(text, [...values]);
  return BigInt(rows[0]?.answer ?? 0);
}

export async function asOwner<Value>(url: string, work: (client: pg.Client) => Promise<Value>): Promise<Value> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
