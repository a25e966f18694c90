import type pg from 'pg';
import type { Reaction } from '#kernel';
import { STORE_EPOCH } from '#platform/consumers';
import { consumerOf } from './begin-reaction.js';

/**
 * Lets a reaction go on in the store's present epoch, from its own checkpoint. Its states, timers and commands lie in the store's
 * database, so they were restored with the log that they belong to; that they were is what only an operator knows. The raised fence
 * keeps out whoever still works in the epoch before.
 *
 * @returns false when it is in that epoch already, or has never run
 */
export async function resumeReaction(pool: pg.Pool, reaction: Reaction): Promise<boolean> {
  const { name, version } = consumerOf(reaction);
  const { rowCount } = await pool.query(
    `UPDATE es.consumers
     SET epoch = ${STORE_EPOCH}, fence = fence + 1, owner = NULL, lease_until = NULL, status = 'running', error = NULL
     WHERE name = $1 AND version = $2 AND epoch <> ${STORE_EPOCH}`,
    [name, version],
  );
  return rowCount === 1;
}
