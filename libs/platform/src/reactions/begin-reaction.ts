import type pg from 'pg';
import { type Position, START, type Reaction } from '#kernel';
import { ConsumerTroubleError, type EventSource, type LaneRef, transaction } from '#platform/consumers';

/** Its row in es.consumers; no projection has such a name. */
export const consumerOf = ({ name, version }: Pick<Reaction, 'name' | 'version'>): LaneRef => ({
  name: `reaction:${name}`,
  version,
  build: 1,
  lane: 0,
});

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const MAX_NAME_CHARACTERS = 40;

/** @throws when a reaction is declared in a way that cannot be stored. */
export function checkReaction({ name, version }: Reaction): void {
  if (!NAME.test(name) || name.length > MAX_NAME_CHARACTERS)
    throw new Error(`a reaction's name is kebab-case, at most ${String(MAX_NAME_CHARACTERS)} characters: ${name}`);
  if (!Number.isInteger(version) || version < 1)
    throw new Error(`the version of ${name} must be a whole number from 1`);
}

/**
 * Makes the row of a reaction's version if there is none. A new version takes over from the old one in the same transaction, which
 * removes it: what the old one has handled, the new one handles without commands, and what it has not, only the new one ever will.
 * `superseded`: there is a newer version, this one has nothing to do.
 * @throws ConsumerTroubleError when triggers of the old version are parked: the new one would pass over them
 */
export async function beginReaction(
  pool: pg.Pool,
  source: EventSource,
  reaction: Reaction,
): Promise<'begun' | 'superseded'> {
  const ref = consumerOf(reaction);
  const known = await pool.query(`SELECT FROM es.consumers WHERE name = $1 AND version = $2`, [ref.name, ref.version]);
  if (known.rowCount === 1) return 'begun';
  const outcome = await transaction(pool, 'BEGIN', async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 7))`, [ref.name]);
    const { rows } = await client.query<{ version: number; handled: string }>(
      `SELECT version, greatest(position, effects_from) AS handled FROM es.consumers WHERE name = $1 FOR UPDATE`,
      [ref.name],
    );
    if (rows.some(({ version }) => version > ref.version)) return 'superseded';
    if (rows.some(({ version }) => version === ref.version)) return 'begun';
    const [old] = rows;
    if (old) {
      const obstacle = await obstacleOf(client, reaction.name, old.version);
      if (obstacle !== undefined) return { obstacle };
      await removeVersion(client, reaction.name, old.version);
    }
    const first = reaction.actsFrom === 'first-event' ? START : await source.head();
    await client.query(
      `INSERT INTO es.consumers (name, version, build, lane, lanes, position, epoch, effects_from, definition, auto_promote, filled_at)
       VALUES ($1, $2, 1, 0, 1, $3, $4, $5, '', false, clock_timestamp())`,
      [ref.name, ref.version, START, source.epoch, old?.handled ?? first],
    );
    return 'begun';
  });
  if (typeof outcome === 'object') throw new ConsumerTroubleError('failed', outcome.obstacle);
  return outcome;
}

/** Up to here a version that has begun only remembers. */
export async function effectsFrom(pool: pg.Pool, { name, version }: LaneRef): Promise<Position> {
  const { rows } = await pool.query<{ effects_from: string }>(
    `SELECT effects_from FROM es.consumers WHERE name = $1 AND version = $2`,
    [name, version],
  );
  return BigInt(rows[0]?.effects_from ?? 0);
}

/** Why a version cannot be taken over from. Its row says so too, once nobody works at it: the new version has none yet. */
async function obstacleOf(client: pg.ClientBase, name: string, version: number): Promise<string | undefined> {
  const parked = await client.query(
    `SELECT FROM es.reaction_parked WHERE name = $1 AND version = $2 AND status = 'parked' LIMIT 1`,
    [name, version],
  );
  if (parked.rowCount === 0) return undefined;
  const obstacle = `triggers of ${name} v${String(version)} are parked; release or discard them before the next version takes over`;
  await client.query(
    `UPDATE es.consumers SET status = 'failed', error = $3 WHERE name = $1 AND version = $2 AND error IS DISTINCT FROM $3
       AND (owner IS NULL OR lease_until < clock_timestamp())`,
    [`reaction:${name}`, version, obstacle],
  );
  return obstacle;
}

async function removeVersion(client: pg.ClientBase, name: string, version: number): Promise<void> {
  const id = [name, version];
  await client.query(`DELETE FROM es.reaction_states WHERE name = $1 AND version = $2`, id);
  await client.query(`DELETE FROM es.reaction_pieces WHERE name = $1 AND version = $2`, id);
  await client.query(`DELETE FROM es.reaction_timers WHERE name = $1 AND version = $2`, id);
  await client.query(`DELETE FROM es.consumers WHERE name = $1 AND version = $2`, [`reaction:${name}`, version]);
}
