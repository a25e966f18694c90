import type pg from 'pg';
import type { Position } from '#kernel';
import { StoreGuardError } from '../event-store.port.js';
import { asOwner } from './admin.js';
import { APPEND_LOCK } from './schema/append-function.js';

/** Where the log of an installation is kept, of which this database has everything else. */
export interface LogPlace {
  readonly storeId: string;
  readonly epoch: bigint;
  readonly keptIn: 'postgresql' | 'eventstoredb';
  /** No event is here. */
  readonly isEmpty: boolean;
}

interface PlaceRow {
  readonly store_id: string;
  readonly epoch: string;
  readonly kept_in: LogPlace['keptIn'];
  readonly is_empty: boolean;
}

export async function logPlace(db: Pick<pg.ClientBase, 'query'>): Promise<LogPlace> {
  const { rows } = await db.query<PlaceRow>(
    `SELECT store_id, epoch, kept_in, start_position = 0 AND NOT EXISTS (SELECT FROM es.events) AS is_empty FROM es.store`,
  );
  const [row] = rows;
  if (!row) throw new StoreGuardError('es.store is empty.', 'Restore it from a backup.');
  return { storeId: row.store_id, epoch: BigInt(row.epoch), keptIn: row.kept_in, isEmpty: row.is_empty };
}

/**
 * Says for good that the log is in EventStoreDB, in an epoch: from then on nothing can be appended here, also by processes that have
 * this log open. Answers the place as it is then. Nothing is done where events are here.
 */
export const keepLogInEventStoreDb = (url: string, epoch: bigint): Promise<LogPlace> =>
  asOwner(url, async (client) => {
    await client.query('BEGIN');
    await client.query(`SELECT pg_advisory_xact_lock(${APPEND_LOCK})`);
    const { rowCount } = await client.query(
      `UPDATE es.store SET kept_in = 'eventstoredb', epoch = $1
       WHERE kept_in = 'postgresql' AND start_position = 0 AND epoch < $1 AND NOT EXISTS (SELECT FROM es.events)`,
      [epoch],
    );
    // Who has followed the empty log has come to the beginning of the other one.
    for (const followers of ['es.consumers', 'es.relays'])
      await client.query(`UPDATE ${followers} SET epoch = $1, fence = fence + 1 WHERE position = 0 AND epoch < $1`, [
        epoch,
      ]);
    const place = await logPlace(client);
    // Programs of an older version do not know where the log is, and would begin one here that nobody reads.
    if (rowCount === 1) await client.query(`ALTER TABLE es.events ADD CONSTRAINT log_is_in_eventstoredb CHECK (false)`);
    await client.query(place.keptIn === 'eventstoredb' ? 'COMMIT' : 'ROLLBACK');
    return place;
  });

/** After the epoch of an EventStoreDB was raised: whoever is in the middle of something is waited for, and learns of it. */
export const followEpoch = (url: string, epoch: bigint): Promise<void> =>
  asOwner(url, async (client) => {
    await client.query('BEGIN');
    await client.query(`UPDATE es.store SET epoch = $1 WHERE kept_in = 'eventstoredb' AND epoch < $1`, [epoch]);
    await client.query('UPDATE es.consumers SET fence = fence + 1');
    await client.query('COMMIT');
  });

/** The furthest position that a consumer has applied in an epoch: an event at it was committed. */
export async function furthestCheckpoint(db: Pick<pg.ClientBase, 'query'>, epoch: bigint): Promise<Position> {
  const { rows } = await db.query<{ position: string }>(
    `SELECT coalesce(max(position), 0) AS position FROM
       (SELECT position FROM es.consumers WHERE epoch = $1 AND name NOT LIKE 'reaction:%' UNION ALL SELECT position FROM es.relays WHERE epoch = $1) AS c`,
    [epoch],
  );
  return BigInt(rows[0]?.position ?? 0);
}
