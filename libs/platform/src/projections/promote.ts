import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Position } from '#kernel';
import { type BuildRef, type Queryable, STORE_EPOCH, transaction } from '#platform/consumers';
import { activeBuilds, buildText, isSameBuild, listBuilds, lockBuilds, NoSuchBuildError } from './builds.js';

export interface PromoteOptions {
  /** How long the active build may be kept waiting for the new one to reach it. */
  readonly waitMs: number;
  /** Promote also when the build is behind the active one after that, or has more parked events. */
  readonly force?: boolean;
  /**
   * Not where it was read before, or a newer one is: of several processes that see a build at the head one promotes it, and what a
   * person decides after that stays decided.
   */
  readonly once?: boolean;
}

/** A promotion that would take something away from those who read. */
export class NotReadyError extends Error {
  override readonly name = 'NotReadyError';
}

const CHECK_EVERY_MS = 5;

/**
 * Makes a build the one that is read, by one row. The active build is held still (its consumers wait for the row locks) until
 * the new one has applied at least as much: so no reader sees anything disappear, and no position that was answered as
 * applied is taken back. The old build stays as the previous one, so that going back is as quick; it is fed on by processes whose
 * code has its version, and where there are none it stands still and only loses the rows of those who are erased.
 */
export async function promoteBuild(pool: pg.Pool, ref: BuildRef, options: PromoteOptions): Promise<void> {
  await transaction(pool, 'BEGIN', async (client) => {
    await lockBuilds(client, ref.name);
    const known = await activeBuilds(client, ref.name);
    if (!known) throw new NoSuchBuildError(`there is no projection ${ref.name}`);
    if (isSameBuild(known.active, ref)) return;
    if (options.once && ref.build <= Math.max(known.active.build, known.previous?.build ?? 0)) return;
    await client.query(
      `SELECT FROM es.consumers WHERE name = $1 AND version = $2 AND build = $3 ORDER BY lane FOR UPDATE`,
      [known.active.name, known.active.version, known.active.build],
    );
    if (!(await reaches(client, ref, known.active, options.waitMs)) && !options.force)
      throw new NotReadyError(`${ref.name}: ${buildText(ref)} has not applied what ${buildText(known.active)} has`);
    await client.query(
      `UPDATE es.projections SET active_version = $2, active_build = $3, previous_version = active_version,
         previous_build = active_build, promoted_at = clock_timestamp() WHERE name = $1`,
      [ref.name, ref.version, ref.build],
    );
  });
}

/** Goes back to the build that was read before; where nobody feeds it, it is read as it is. */
export async function rollbackBuild(pool: pg.Pool, name: string, waitMs: number): Promise<BuildRef> {
  const known = await activeBuilds(pool, name);
  if (!known?.previous) throw new NoSuchBuildError(`${name} has no previous build to go back to`);
  await promoteBuild(pool, known.previous, { waitMs, force: true });
  return known.previous;
}

async function reaches(client: Queryable, ref: BuildRef, active: BuildRef, waitMs: number): Promise<boolean> {
  const until = Date.now() + waitMs;
  for (;;) {
    const builds = await listBuilds(client, ref.name);
    const candidate = builds.find((build) => isSameBuild(build, ref));
    if (!candidate) throw new NoSuchBuildError(`${ref.name} has no ${buildText(ref)}`);
    const current = builds.find((build) => isSameBuild(build, active));
    const furthest = await furthestPosition(client, active);
    // What was applied in another epoch may not be in the log any more: nobody can be asked to reach it.
    if (furthest === undefined) return candidate.filled;
    if (candidate.position >= furthest) return candidate.filled && candidate.parked <= (current?.parked ?? 0);
    if (candidate.failed || Date.now() >= until) return false;
    await sleep(CHECK_EVERY_MS);
  }
}

/** Of the lane that is ahead; none of a build of another epoch. */
async function furthestPosition(client: Queryable, { name, version, build }: BuildRef): Promise<Position | undefined> {
  const { rows } = await client.query<{ position: string | null }>(
    `SELECT max(position) AS position FROM es.consumers
     WHERE name = $1 AND version = $2 AND build = $3 AND epoch = ${STORE_EPOCH}`,
    [name, version, build],
  );
  const position = rows[0]?.position;
  return position === null || position === undefined ? undefined : BigInt(position);
}
