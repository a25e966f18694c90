import { START, type Projection } from '#kernel';
import { type BuildRef, type EventSource, Holder, WakeUp } from '#platform/consumers';
import { tableName } from './build-table.js';
import { createBuild, dropRetired, finishFilling, isSameBuild, listBuilds, type StoredBuild } from './builds.js';
import { LaneConsumer, type ProjectionParts } from './lane-consumer.js';
import { NotReadyError, promoteBuild } from './promote.js';
import { defaultSettings, type ProjectionSettings } from './settings.js';

export interface RebuildProgress {
  /** Events of the log that have been passed, where each lane passes its share of them. */
  readonly applied: number;
  readonly total: number;
  readonly ratePerSecond: number;
  readonly etaMs: number;
}

export interface RebuildOptions {
  readonly onProgress?: (progress: RebuildProgress) => void;
  /** Lanes of the new build; as many as the active one has by default. */
  readonly lanes?: number;
  /** Leave it to the caller to promote the new build. */
  readonly promote?: boolean;
  readonly settings?: Partial<ProjectionSettings>;
  readonly signal?: AbortSignal;
}

const REPORT_EVERY_MS = 200;
const PROMOTE_WAIT_MS = 5000;

/**
 * Fills a new build of a projection from the first event, beside the one that is read, and promotes it. Works alone and
 * beside a running host: whoever has the leases does the work, everybody else watches.
 */
export async function rebuildProjection(
  parts: ProjectionParts,
  projection: Projection,
  options: RebuildOptions = {},
): Promise<BuildRef> {
  const settings = { ...defaultSettings, ...options.settings };
  const { pool, source } = parts;
  await dropRetired(pool, projection.name);
  const builds = await listBuilds(pool, projection.name);
  const lanes = options.lanes ?? builds.at(-1)?.lanes ?? 1;
  const ref = await createBuild(pool, projection, {
    ...{ epoch: source.epoch, lanes, maxBuilds: settings.maxBuilds },
    // A host that runs beside this finishes what an interrupted rebuild has begun, as it was meant.
    autoPromote: options.promote ?? true,
  });
  const stopping = new AbortController();
  const wakeUp = new WakeUp();
  const holder = new Holder();
  const consumers = Array.from({ length: lanes }, (_, lane) => {
    const onMoved = (): void => {
      if (!consumer.health.behind) wakeUp.knock();
    };
    const consumer = new LaneConsumer({ ...ref, lanes, projection }, lane, parts, { ...settings, holder, onMoved });
    return consumer.run(stopping.signal);
  });
  try {
    await fill({ parts, projection, ref, settings, wakeUp }, options);
  } finally {
    stopping.abort();
    await Promise.all(consumers);
  }
  // A query that still reads an old table may keep it: the next rebuild tries again.
  await dropRetired(pool, projection.name).catch(() => undefined);
  return ref;
}

interface Filling {
  readonly parts: ProjectionParts;
  readonly projection: Projection;
  readonly ref: BuildRef;
  readonly settings: ProjectionSettings;
  /** Knocked at when a lane has come to the head. */
  readonly wakeUp: WakeUp;
}

async function fill(filling: Filling, options: RebuildOptions): Promise<void> {
  const { projection, ref, settings, wakeUp } = filling;
  const { pool, source } = filling.parts;
  const startedAt = settings.now();
  const signal = options.signal ?? new AbortController().signal;
  // Nobody may feed the new build when this has ended: it has at least what the log had when it was asked for.
  const asked = await source.head();
  for (;;) {
    signal.throwIfAborted();
    const build = (await listBuilds(pool, ref.name)).find((one) => isSameBuild(one, ref));
    if (!build) throw new Error(`${tableName(ref)} was dropped while it was filled`);
    const head = await source.head();
    const [applied, total] = [appliedOf(build, source), source.distance(START, head)];
    const elapsedMs = Math.max(1, settings.now() - startedAt);
    const ratePerSecond = (applied / elapsedMs) * 1000;
    const etaMs = applied === 0 ? 0 : ((total - applied) / applied) * elapsedMs;
    options.onProgress?.({ applied, total, ratePerSecond, etaMs });
    if (build.failed) throw new Error(await troubleOf(build, pool));
    const near =
      source.distance(build.position, asked) === 0 && source.distance(build.position, head) <= settings.promoteWithin;
    if (near && (await takeOver(pool, build, projection, options))) return;
    await wakeUp.sleep(Math.min(REPORT_EVERY_MS, settings.pollMs), signal);
  }
}

/** Over all lanes, whoever feeds them. */
export const appliedOf = ({ positions }: StoredBuild, source: Pick<EventSource, 'distance'>): number =>
  Math.floor(positions.reduce((sum, position) => sum + source.distance(START, position), 0) / positions.length);

async function takeOver(
  pool: ProjectionParts['pool'],
  build: StoredBuild,
  projection: Projection,
  { promote = true }: RebuildOptions,
): Promise<boolean> {
  if (!build.filled) await finishFilling(pool, build, projection);
  if (!promote) return true;
  try {
    await promoteBuild(pool, build, { waitMs: PROMOTE_WAIT_MS, once: true });
    return true;
  } catch (error) {
    if (!(error instanceof NotReadyError)) throw error;
    if (build.parked > 0)
      throw new Error(
        `${String(build.parked)} events are parked in ${tableName(build)}, more than in the build that is read`,
        {
          cause: error,
        },
      );
    return false;
  }
}

async function troubleOf(build: StoredBuild, pool: ProjectionParts['pool']): Promise<string> {
  const { rows } = await pool.query<{ error: string | null }>(
    `SELECT error FROM es.consumers WHERE name = $1 AND version = $2 AND build = $3 AND status <> 'running' LIMIT 1`,
    [build.name, build.version, build.build],
  );
  return `${tableName(build)} cannot be filled: ${rows[0]?.error ?? 'no reason was recorded'}`;
}
