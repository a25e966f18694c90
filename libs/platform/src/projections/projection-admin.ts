import { type Projection } from '#kernel';
import { type BuildRef } from '#platform/consumers';
import { buildText, dropBuild, listBuilds, NoSuchBuildError } from './builds.js';
import { type ProjectionParts } from './lane-consumer.js';
import { listParked, type ParkedEvent } from './parked-events.js';
import { projectionStatus, type LaneStatus } from './projection-status.js';
import { promoteBuild, rollbackBuild } from './promote.js';
import { rebuildProjection, type RebuildOptions } from './rebuild.js';
import { discardParked, releaseKey, type Decision, type DiscardTarget, type Released } from './release.js';
import { verifyProjection, type Verified, type VerifyOptions } from './verify.js';

export interface ParkedFilter {
  readonly key?: string;
  /** Released and discarded ones as well. */
  readonly decidedToo?: boolean;
  /** 1 to 10,000; 1000 by default. */
  readonly limit?: number;
}

/** What operators do with projections: behind `safar projections …` and `safar verify`. */
export interface ProjectionAdmin {
  status(): Promise<readonly LaneStatus[]>;
  rebuild(name: string, options?: RebuildOptions): Promise<BuildRef>;
  /** Makes the newest build the active one, or the one with this number. */
  promote(name: string, options?: { readonly build?: number; readonly force?: boolean }): Promise<BuildRef>;
  rollback(name: string): Promise<BuildRef>;
  drop(name: string, build: number): Promise<void>;
  parked(name: string, filter?: ParkedFilter): Promise<readonly ParkedEvent[]>;
  release(name: string, key: string, decision: Decision): Promise<readonly Released[]>;
  discard(
    name: string,
    target: DiscardTarget,
    decision: Decision & { readonly reason: string },
  ): Promise<{ readonly discarded: number; readonly released: readonly Released[] }>;
  verify(name: string, options?: VerifyOptions): Promise<Verified>;
}

const PROMOTE_WAIT_MS = 5000;
const MAX_PARKED_LISTED = 10_000;

export function projectionAdmin(parts: ProjectionParts, projections: readonly Projection[]): ProjectionAdmin {
  const { pool, source } = parts;
  const declared = (name: string): Projection => {
    const projection = projections.find((one) => one.name === name);
    if (!projection)
      throw new NoSuchBuildError(
        `there is no projection ${name}; there are ${projections.map((one) => one.name).join(', ')}`,
      );
    return projection;
  };
  return {
    status: () => projectionStatus(pool, source),
    rebuild: (name, options) => rebuildProjection(parts, declared(name), options),
    promote: async (name, { build, force = false } = {}) => {
      const ref = await buildOf(parts, name, build);
      await promoteBuild(pool, ref, { waitMs: PROMOTE_WAIT_MS, force });
      return ref;
    },
    rollback: (name) => rollbackBuild(pool, name, PROMOTE_WAIT_MS),
    drop: async (name, build) => dropBuild(pool, await buildOf(parts, name, build)),
    parked: (name, { key, decidedToo = false, limit = 1000 } = {}) =>
      listParked(pool, {
        ...{ name, decidedToo, limit: Math.max(1, Math.min(limit, MAX_PARKED_LISTED)) },
        ...(key === undefined ? {} : { key }),
      }),
    release: (name, key, decision) => releaseKey(parts, declared(name), key, decision),
    discard: (name, target, decision) => discardParked(parts, declared(name), target, decision),
    verify: (name, options) => verifyProjection(parts, declared(name), options),
  };
}

async function buildOf({ pool }: ProjectionParts, name: string, build: number | undefined): Promise<BuildRef> {
  const builds = await listBuilds(pool, name);
  const found = build === undefined ? builds.at(-1) : builds.find((one) => one.build === build);
  if (!found)
    throw new NoSuchBuildError(
      `${name} has no ${build === undefined ? 'build' : `build ${String(build)}`}; it has ${builds.map(buildText).join(', ') || 'none'}`,
    );
  return { name: found.name, version: found.version, build: found.build };
}
