import type pg from 'pg';
import type { Position, Projection } from '#kernel';
import { START } from '#kernel';
import { type BuildRef, OTHER_EPOCH, type Queryable, STORE_EPOCH, Together, transaction } from '#platform/consumers';
import { analyzeSql, createIndexesSql, createTableSql, definitionOf, tableName } from './build-table.js';

/** A build as the database knows it. */
export interface StoredBuild extends BuildRef {
  readonly lanes: number;
  readonly definition: string;
  /** To be promoted by whoever sees it at the head; else somebody wants to do that by hand. */
  readonly autoPromote: boolean;
  /** It has caught up once and has all its indexes. */
  readonly filled: boolean;
  /** Up to here every lane has applied everything. */
  readonly position: Position;
  /** How far each lane is. */
  readonly positions: readonly Position[];
  readonly effectsFrom: Position;
  readonly parked: number;
  /** It does not move: somebody has to act, or newer code. */
  readonly failed: boolean;
  /** It does not move, and no newer code will help. */
  readonly broken: boolean;
}

/** There is no such projection, or no such build of it. */
export class NoSuchBuildError extends Error {
  override readonly name = 'NoSuchBuildError';
}

/** As people are told of it. */
export const buildText = ({ version, build }: BuildRef): string => `build ${String(build)} (v${String(version)})`;

export interface ActiveBuilds {
  readonly active: BuildRef;
  readonly previous: BuildRef | undefined;
  readonly lastBuild: number;
}

interface ProjectionRow {
  readonly name: string;
  readonly active_version: number;
  readonly active_build: number;
  readonly previous_version: number | null;
  readonly previous_build: number | null;
  readonly last_build: number;
}

export async function activeBuilds(db: Queryable, name: string): Promise<ActiveBuilds | undefined> {
  const [known] = await activeBuildsOf(db, [name]);
  return known;
}

/** Of several projections, in their order. */
async function activeBuildsOf(db: Queryable, names: readonly string[]): Promise<readonly (ActiveBuilds | undefined)[]> {
  const { rows } = await db.query<ProjectionRow>(`SELECT * FROM es.projections WHERE name = ANY ($1)`, [names]);
  const known = new Map(rows.map((row) => [row.name, activeBuildsIn(row)]));
  return names.map((name) => known.get(name));
}

function activeBuildsIn({ name, ...row }: ProjectionRow): ActiveBuilds {
  const previous =
    row.previous_version === null || row.previous_build === null
      ? undefined
      : { name, version: row.previous_version, build: row.previous_build };
  return {
    active: { name, version: row.active_version, build: row.active_build },
    previous,
    lastBuild: row.last_build,
  };
}

interface BuildRow extends BuildRef {
  readonly lanes: number;
  readonly definition: string;
  readonly auto_promote: boolean;
  readonly filled: boolean;
  readonly position: string;
  readonly positions: readonly string[];
  readonly effects_from: string;
  readonly parked: number;
  readonly failed: boolean;
  readonly broken: boolean;
}

/** Oldest first. */
export async function listBuilds(db: Queryable, name: string): Promise<readonly StoredBuild[]> {
  const [builds = []] = await listBuildsOf(db, [name]);
  return builds;
}

/** Of several projections, in their order. */
async function listBuildsOf(db: Queryable, names: readonly string[]): Promise<readonly (readonly StoredBuild[])[]> {
  const { rows } = await db.query<BuildRow>(
    `SELECT name, version, build, lanes, definition, auto_promote, bool_and(filled_at IS NOT NULL) AS filled, min(position) AS position,
       array_agg(position::text ORDER BY lane) AS positions,
       effects_from, bool_or(status <> 'running') AS failed, bool_or(status = 'failed') AS broken,
       (SELECT count(*)::integer FROM es.parked p
         WHERE p.name = c.name AND p.version = c.version AND p.build = c.build AND p.status = 'parked') AS parked
     FROM es.consumers c WHERE name = ANY ($1)
     GROUP BY name, version, build, lanes, definition, auto_promote, effects_from ORDER BY build`,
    [names],
  );
  return names.map((asked) => rows.filter(({ name }) => name === asked).map(storedBuild));
}

const storedBuild = ({ effects_from, auto_promote, position, positions, ...row }: BuildRow): StoredBuild => ({
  ...row,
  autoPromote: auto_promote,
  position: BigInt(position),
  positions: positions.map(BigInt),
  effectsFrom: BigInt(effects_from),
});

/** What is known of a projection, for those who look at the same beat: in one statement. */
export interface BuildLooks {
  readonly builds: Together<string, readonly StoredBuild[]>;
  readonly known: Together<string, ActiveBuilds | undefined>;
}

export const buildLooks = (pool: pg.Pool): BuildLooks => ({
  builds: new Together((names) => listBuildsOf(pool, names)),
  known: new Together((names) => activeBuildsOf(pool, names)),
});

/** Whether anybody feeds a build, here or in another process. */
export async function isHeld(db: Queryable, { name, version, build }: BuildRef): Promise<boolean> {
  const { rowCount } = await db.query(
    `SELECT FROM es.consumers
     WHERE name = $1 AND version = $2 AND build = $3 AND lease_until > clock_timestamp() LIMIT 1`,
    [name, version, build],
  );
  return rowCount === 1;
}

export const isSameBuild = (one: BuildRef | undefined, other: BuildRef | undefined): boolean =>
  one?.name === other?.name && one?.version === other?.version && one?.build === other?.build;

/** One decision about the builds of a projection at a time, over all processes. Held until the transaction ends. */
export const lockBuilds = (client: Queryable, name: string): Promise<unknown> =>
  client.query(`SELECT pg_advisory_xact_lock(hashtextextended('safar builds of ' || $1, 0))`, [name]);

export interface NewBuildOptions {
  readonly epoch: bigint;
  readonly lanes: number;
  readonly maxBuilds: number;
  readonly autoPromote: boolean;
}

/**
 * The build that this code should feed: the newest of its version, or a new one where there is none. Refuses to continue a
 * version whose table was declared differently.
 */
export function ensureBuild(
  pool: pg.Pool,
  projection: Projection,
  options: NewBuildOptions,
): Promise<BuildRef | undefined> {
  return transaction(pool, 'BEGIN', async (client) => {
    await lockBuilds(client, projection.name);
    const builds = await listBuilds(client, projection.name);
    const newest = builds.findLast(({ version }) => version === projection.version);
    if (newest) return newest;
    const known = await activeBuilds(client, projection.name);
    // Older code that starts beside newer tables has nothing to fill: it would only be in the way.
    if (known && known.active.version > projection.version) return undefined;
    return insertBuild(client, projection, options);
  });
}

/** A new, empty build beside the others. The first one of a projection is the active one from the start. */
export function createBuild(pool: pg.Pool, projection: Projection, options: NewBuildOptions): Promise<BuildRef> {
  return transaction(pool, 'BEGIN', async (client) => {
    await lockBuilds(client, projection.name);
    return insertBuild(client, projection, options);
  });
}

const MAX_LANES = 64;

async function insertBuild(client: Queryable, projection: Projection, options: NewBuildOptions): Promise<BuildRef> {
  const { name, version, table } = projection;
  if (!Number.isInteger(options.lanes) || options.lanes < 1 || options.lanes > MAX_LANES)
    throw new RangeError(`a build has from 1 to ${String(MAX_LANES)} lanes`);
  const [builds, known] = [await listBuilds(client, name), await activeBuilds(client, name)];
  if (builds.length >= options.maxBuilds)
    throw new Error(`${name} has ${String(builds.length)} builds; drop one before making another`);
  const ref = { name, version, build: (known?.lastBuild ?? 0) + 1 };
  for (const sql of createTableSql(ref, table)) await client.query(sql);
  const { rowCount } = await client.query(
    `INSERT INTO es.consumers (name, version, build, lane, lanes, position, epoch, effects_from, definition, auto_promote)
     SELECT $1, $2, $3, lane, $4::integer, $5, $6, $7, $8, $9 FROM generate_series(0, $4::integer - 1) AS lane
     WHERE $6 = ${STORE_EPOCH}`,
    [
      ...[name, version, ref.build, options.lanes, START, options.epoch],
      builds.find((build) => isSameBuild(build, known?.active))?.position ?? START,
      definitionOf(projection),
      options.autoPromote,
    ],
  );
  if (rowCount !== options.lanes) throw new Error(OTHER_EPOCH);
  await inheritDiscards(client, ref);
  await client.query(
    `INSERT INTO es.projections (name, active_version, active_build, last_build) VALUES ($1, $2, $3, $3)
     ON CONFLICT (name) DO UPDATE SET last_build = excluded.last_build`,
    [name, version, ref.build],
  );
  return ref;
}

/** What somebody decided not to apply is not applied by another build of the same version either: both must come out equal. */
async function inheritDiscards(client: Queryable, { name, version, build }: BuildRef): Promise<void> {
  await client.query(
    `INSERT INTO es.parked (name, version, build, lane, key, position, read_after, event_id, type, recorded_at, attempts,
       error_class, error, first_at, status, decided_by, decided_at, reason)
     SELECT DISTINCT ON (position) name, version, $3::integer, lane, key, position, read_after, event_id, type, recorded_at, attempts,
       error_class, error, first_at, status, decided_by, decided_at, reason
     FROM es.parked WHERE name = $1 AND version = $2 AND status = 'discarded' ORDER BY position, build DESC`,
    [name, version, build],
  );
}

/**
 * Gives a build that has caught up its indexes, and says so. Not in one transaction: each index keeps the build's writers
 * waiting only for itself, and a writer that holds its checkpoint could not wait for us while we wait for it.
 */
export async function finishFilling(pool: pg.Pool, ref: BuildRef, projection: Projection): Promise<void> {
  for (const sql of createIndexesSql(ref, projection.table))
    await transaction(pool, 'BEGIN', async (client) => {
      // Two hosts that find the build at the head at once: the second waits and then finds the index made.
      await client.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [
        `safar indexes of ${tableName(ref)}`,
      ]);
      await client.query(sql);
    });
  await pool.query(analyzeSql(ref, projection.table));
  await pool.query(
    `UPDATE es.consumers SET filled_at = clock_timestamp() WHERE name = $1 AND version = $2 AND build = $3 AND filled_at IS NULL`,
    [ref.name, ref.version, ref.build],
  );
}

/** Removes a build and everything that is known of it. */
export async function dropBuild(pool: pg.Pool, ref: BuildRef): Promise<void> {
  await transaction(pool, 'BEGIN', async (client) => {
    await lockBuilds(client, ref.name);
    const known = await activeBuilds(client, ref.name);
    if (isSameBuild(known?.active, ref))
      throw new Error(`${tableName(ref)} is being read; promote another build first`);
    // A query that is still reading the table must not hold up everybody behind us.
    await client.query(`SET LOCAL lock_timeout = '5s'`);
    // Consumers take their checkpoint first and the table second: the same order here, so that nobody waits in a circle.
    const id = [ref.name, ref.version, ref.build];
    await client.query(`DELETE FROM es.consumers WHERE name = $1 AND version = $2 AND build = $3`, id);
    await client.query(`DELETE FROM es.parked WHERE name = $1 AND version = $2 AND build = $3`, id);
    await client.query(`DELETE FROM es.unapplied_erasures WHERE name = $1 AND version = $2 AND build = $3`, id);
    await client.query(`DROP TABLE IF EXISTS ${tableName(ref)}`);
    await client.query(
      `UPDATE es.projections SET previous_version = NULL, previous_build = NULL
       WHERE name = $1 AND previous_version = $2 AND previous_build = $3`,
      id,
    );
  });
}

/** Drops older builds that nobody goes back to: only the active and the previous one are worth their room. */
export async function dropRetired(pool: pg.Pool, name: string): Promise<void> {
  const known = await activeBuilds(pool, name);
  if (!known) return;
  for (const build of await listBuilds(pool, name))
    if (build.build < known.active.build && !isSameBuild(build, known.previous)) await dropBuild(pool, build);
}
