import type pg from 'pg';
import { type Position } from '#kernel';
import { type BuildRef, laneOf, type LaneRef, type Queryable, sqlStateOf, transaction } from '#platform/consumers';
import { baseName, tableName } from './build-table.js';

/** That every row of a key has to go, and the event that says so. */
export interface KeyErased {
  readonly key: string;
  readonly position: Position;
}

/** Keys in one statement. */
const KEYS_AT_ONCE = 1_000;
/** PostgreSQL's lock_not_available: a consumer holds its checkpoint, so somebody does feed the build. */
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * A consumer that nobody moves: no process has its lease, or the one that has it cannot go on. In a process of another version of
 * the code, or while a projector is stopped, builds are in this state for as long as they exist.
 */
const NOT_FED = `(c.status <> 'running' OR c.lease_until IS NULL OR c.lease_until < clock_timestamp())`;
const SAME_LANE = `u.name = c.name AND u.version = c.version AND u.build = c.build AND u.lane = c.lane`;

/**
 * Sees to it that no build keeps rows of an erased key, whichever code the build is of: the event removes them where the build is
 * fed, and they are removed here where it is not. What a build still has to apply is written down first, so that a build whose
 * consumer stops before it gets there is found later, by `removeErasedRows`. Doing it again is harmless.
 */
export async function eraseFromBuilds(pool: pg.Pool, erased: KeyErased): Promise<void> {
  await writeDown(pool, erased);
  // Written down, it is not forgotten: it is tried again at each start and beside running consumers.
  await removeErasedRows(pool).catch(() => undefined);
}

async function writeDown(db: Queryable, { key, position }: KeyErased): Promise<void> {
  const { rows } = await db.query<BuildRef & { readonly lanes: number }>(
    // Reactions read events sealed, and remember nothing that an erasure has to remove.
    `SELECT name, version, build, lanes FROM es.consumers WHERE lane = 0 AND name NOT LIKE 'reaction:%'`,
  );
  await db.query(
    `INSERT INTO es.unapplied_erasures (name, version, build, lane, key, position)
     SELECT c.name, c.version, c.build, c.lane, $1, $2::bigint
     FROM es.consumers c
     JOIN unnest($3::text[], $4::integer[], $5::integer[], $6::integer[]) AS u(name, version, build, lane) ON ${SAME_LANE}
     WHERE c.position < $2::bigint
     ON CONFLICT (name, version, build, key) DO UPDATE SET position = excluded.position, cleaned_at = NULL
       WHERE unapplied_erasures.position < excluded.position`,
    [
      ...[key, position],
      rows.map(({ name }) => name),
      rows.map(({ version }) => version),
      rows.map(({ build }) => build),
      rows.map(({ lanes }) => laneOf(key, lanes)),
    ],
  );
}

/**
 * Removes the rows of erased keys from builds that nobody feeds. For every start, and again and again beside running consumers: one
 * of them may have stopped just before it came to an erasure.
 */
export async function removeErasedRows(pool: pg.Pool): Promise<void> {
  await pool.query(
    `DELETE FROM es.unapplied_erasures u USING es.consumers c WHERE ${SAME_LANE} AND c.position >= u.position`,
  );
  const { rows } = await pool.query<LaneRef>(
    `SELECT DISTINCT u.name, u.version, u.build, u.lane FROM es.unapplied_erasures u JOIN es.consumers c ON ${SAME_LANE}
     WHERE ${NOT_FED} AND u.cleaned_at IS DISTINCT FROM c.position`,
  );
  for (const lane of rows) while ((await cleanLane(pool, lane)) === KEYS_AT_ONCE);
}

/** Answers how many keys it removed the rows of; none where a consumer has come back meanwhile. */
async function cleanLane(pool: pg.Pool, lane: LaneRef): Promise<number> {
  const id = [lane.name, lane.version, lane.build, lane.lane];
  try {
    return await transaction(pool, `BEGIN; SET LOCAL lock_timeout = '2s'`, async (client) => {
      // Consumers take their checkpoint first in each transaction that writes rows: while we have it, nobody writes any.
      const consumer = await client.query<{ position: string }>(
        `SELECT position FROM es.consumers c
         WHERE name = $1 AND version = $2 AND build = $3 AND lane = $4 AND ${NOT_FED} FOR UPDATE`,
        id,
      );
      const position = consumer.rows[0]?.position;
      if (position === undefined) return 0;
      // Where the checkpoint has moved since, rows may have been written again.
      const { rows } = await client.query<{ key: string }>(
        `SELECT key FROM es.unapplied_erasures WHERE name = $1 AND version = $2 AND build = $3 AND lane = $4
           AND position > $5 AND cleaned_at IS DISTINCT FROM $5::bigint LIMIT $6`,
        [...id, position, KEYS_AT_ONCE],
      );
      const keys = rows.map(({ key }) => key);
      await deleteOwners(client, lane, keys);
      await client.query(
        `UPDATE es.unapplied_erasures SET cleaned_at = $4 WHERE name = $1 AND version = $2 AND build = $3 AND key = ANY ($5)`,
        [...id.slice(0, 3), position, keys],
      );
      return keys.length;
    });
  } catch (error) {
    if (sqlStateOf(error) === LOCK_NOT_AVAILABLE) return 0;
    throw error;
  }
}

/** Of a table whose declaration this code may not have. */
async function deleteOwners(client: Queryable, ref: BuildRef, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  const table = tableName(ref);
  // Every build is made with an index that begins with the owner: one of that name, or else its primary key.
  const { rows } = await client.query<{ owner: string; type: string }>(
    `SELECT quote_ident(a.attname) AS owner, format_type(a.atttypid, NULL) AS type
     FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
     JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]
     WHERE x.indrelid = to_regclass($1) AND (i.relname = $2 OR x.indisprimary) ORDER BY x.indisprimary LIMIT 1`,
    [table, `${baseName(ref)}_owner`],
  );
  const [column] = rows;
  if (column) await client.query(`DELETE FROM ${table} WHERE ${column.owner} = ANY ($1::${column.type}[])`, [keys]);
}

/** Keys of a build that were erased and are not what the log says up to its checkpoint: their rows are gone, or about to go. */
export async function unappliedErasures(db: Queryable, { name, version, build }: BuildRef): Promise<readonly string[]> {
  const { rows } = await db.query<{ key: string }>(
    `SELECT u.key FROM es.unapplied_erasures u JOIN es.consumers c ON ${SAME_LANE}
     WHERE u.name = $1 AND u.version = $2 AND u.build = $3 AND u.position > c.position`,
    [name, version, build],
  );
  return rows.map(({ key }) => key);
}
