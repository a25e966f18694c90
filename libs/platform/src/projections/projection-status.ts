import type pg from 'pg';
import { type EpochMs, type Position } from '#kernel';
import type { EventSource, LaneRef } from '#platform/consumers';
import { activeBuilds, isSameBuild } from './builds.js';

/** The truth about how far one lane of one build is. */
export interface LaneStatus extends LaneRef {
  readonly lanes: number;
  readonly role: 'active' | 'previous' | 'new' | 'old';
  /** It is being filled and has no further indexes yet. */
  readonly filling: boolean;
  readonly position: Position;
  readonly head: Position;
  readonly eventsBehind: number;
  /** Age of the next event to be applied; 0 at the head. */
  readonly secondsBehind: number;
  readonly parked: number;
  /** When the oldest parked event was recorded. */
  readonly oldestParkedAt: EpochMs | null;
  /** `waiting`: no process has the lease. */
  readonly state: 'running' | 'waiting' | 'paused' | 'failed';
  readonly owner: string | null;
  readonly fence: bigint;
  /** Where new side effects may begin: the previous build had come this far when this one was started. */
  readonly effectsFrom: Position;
  readonly error: string | null;
}

interface StatusRow extends LaneRef {
  readonly lanes: number;
  readonly filling: boolean;
  readonly position: string;
  readonly parked: number;
  readonly oldest_parked_at: Date | null;
  readonly status: 'running' | 'paused' | 'failed';
  readonly held: boolean;
  readonly owner: string | null;
  readonly fence: string;
  readonly effects_from: string;
  readonly error: string | null;
}

/** Every lane of every build, by projection and build. */
export async function projectionStatus(
  pool: pg.Pool,
  source: EventSource,
  now: () => EpochMs = Date.now,
): Promise<readonly LaneStatus[]> {
  const head = await source.head();
  const { rows } = await pool.query<StatusRow>(
    `SELECT name, version, build, lane, lanes, filled_at IS NULL AS filling, position, status, fence, effects_from, error,
       coalesce(lease_until > clock_timestamp(), false) AS held, owner, p.parked, p.oldest_parked_at
     FROM es.consumers c, LATERAL (
       SELECT count(*)::integer AS parked, min(recorded_at) AS oldest_parked_at FROM es.parked p
       WHERE p.name = c.name AND p.version = c.version AND p.build = c.build AND p.lane = c.lane AND p.status = 'parked') AS p
     WHERE name NOT LIKE 'reaction:%' ORDER BY name, build, lane`,
  );
  const roles = await rolesOf(pool, new Set(rows.map(({ name }) => name)));
  const ages = new Map<string, number>();
  for (const { position } of rows)
    if (!ages.has(position)) ages.set(position, await ageOfNext(source, BigInt(position), now));
  return rows.map((row) => ({
    ...{ name: row.name, version: row.version, build: row.build, lane: row.lane, lanes: row.lanes },
    role: roles(row),
    filling: row.filling,
    position: BigInt(row.position),
    head,
    eventsBehind: source.distance(BigInt(row.position), head),
    secondsBehind: ages.get(row.position) ?? 0,
    parked: row.parked,
    oldestParkedAt: row.oldest_parked_at?.getTime() ?? null,
    state: row.status === 'running' && !row.held ? 'waiting' : row.status,
    owner: row.owner,
    fence: BigInt(row.fence),
    effectsFrom: BigInt(row.effects_from),
    error: row.error,
  }));
}

async function rolesOf(pool: pg.Pool, names: ReadonlySet<string>): Promise<(row: StatusRow) => LaneStatus['role']> {
  const known = new Map<string, Awaited<ReturnType<typeof activeBuilds>>>();
  for (const name of names) known.set(name, await activeBuilds(pool, name));
  return ({ name, version, build }) => {
    const builds = known.get(name);
    const ref = { name, version, build };
    if (isSameBuild(builds?.active, ref)) return 'active';
    if (isSameBuild(builds?.previous, ref)) return 'previous';
    return build > (builds?.active.build ?? 0) ? 'new' : 'old';
  };
}

async function ageOfNext(source: EventSource, position: Position, now: () => EpochMs): Promise<number> {
  const { events } = await source.read(position, 1);
  return events[0] ? Math.max(0, now() - events[0].recordedAt) / 1000 : 0;
}
