import { setMaxListeners } from 'node:events';
import { START, type Position, type Projection } from '#kernel';
import { type BuildRef, describeError, Holder, pause, untilBeat } from '#platform/consumers';
import { checkDeclaration, definitionOf, tableName } from './build-table.js';
import {
  type BuildLooks,
  buildLooks,
  dropBuild,
  dropRetired,
  ensureBuild,
  finishFilling,
  isHeld,
  isSameBuild,
  listBuilds,
  type ActiveBuilds,
  type StoredBuild,
} from './builds.js';
import { LaneConsumer, type LaneHealth, type ProjectionParts } from './lane-consumer.js';
import { ErasedRowsCleaner } from './erased-rows-cleaner.js';
import { type MovedHub } from './moved-hub.js';
import { MovedNotifier } from './moved-notifier.js';
import { NotReadyError, promoteBuild } from './promote.js';
import { defaultSettings, type ProjectionSettings } from './settings.js';

export interface ProjectionHostParts extends ProjectionParts {
  /** Tells readers in this process what moved. */
  readonly hub?: MovedHub;
  readonly settings?: Partial<ProjectionSettings>;
}

export interface ProjectionHealth {
  /**
   * False: a consumer of a build that is read stands still although there is something to do, or something keeps failing. Builds
   * that nobody reads do not decide: where they fail, what is read is as good as before.
   */
  readonly ok: boolean;
  readonly lanes: readonly LaneHealth[];
  /** What is wrong beside the lanes, by projection. */
  readonly errors: Readonly<Record<string, string>>;
  /** What is wrong with builds that nobody reads, by projection. */
  readonly aside: Readonly<Record<string, string>>;
}

export interface ProjectionHost {
  /** `stuckAfterMs`: how long a consumer that has something to do may make no progress. */
  health(stuckAfterMs?: number): ProjectionHealth;
  /** Finishes the batches that are being applied, gives the leases back, resolves when nothing runs any more. */
  stop(): Promise<void>;
}

const STUCK_AFTER_MS = 60_000;
const PROMOTE_WAIT_MS = 2000;

/**
 * Feeds projections until it is stopped: every build whose version this code knows, each lane of it, wherever no other
 * process does. Finishes and promotes new builds.
 */
export function startProjections(parts: ProjectionHostParts, projections: readonly Projection[]): ProjectionHost {
  projections.forEach(checkDeclaration);
  const names = new Set(projections.map(({ name, version }) => `${name} v${String(version)}`));
  if (names.size < projections.length) throw new Error('a version of a projection is listed twice');
  const settings = { ...defaultSettings, ...parts.settings };
  const stopping = new AbortController();
  // Every lane and supervisor listens to it while it sleeps.
  setMaxListeners(0, stopping.signal);
  const shared = { ...settings, holder: new Holder() };
  const notifier = new MovedNotifier(parts);
  const looks = buildLooks(parts.pool);
  const supervisors = projections.map(
    (projection) => new Supervisor(projection, { ...parts, notifier, ...looks }, shared),
  );
  const cleaner = new ErasedRowsCleaner(parts, settings);
  const running = [...supervisors, cleaner].map((each) => each.run(stopping.signal));
  return {
    health: (stuckAfterMs = STUCK_AFTER_MS) => {
      const lanes = supervisors.flatMap((supervisor) => supervisor.lanes());
      const read = supervisors.flatMap((supervisor) => supervisor.lanes().filter((lane) => supervisor.isRead(lane)));
      const errors = textsOf([...supervisors, cleaner], ({ error }) => error);
      const stuck = read.some((lane) => lane.behind && settings.now() - lane.lastProgressAt > stuckAfterMs);
      const failed = read.some(({ state }) => state === 'failed' || state === 'paused');
      const ok = !stuck && !failed && Object.keys(errors).length === 0;
      return { ok, lanes, errors, aside: textsOf(supervisors, ({ aside }) => aside) };
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
      await notifier.flush();
    },
  };
}

function textsOf<Part extends { readonly name: string }>(
  parts: readonly Part[],
  textOf: (part: Part) => string | null,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    parts.flatMap((part) => {
      const text = textOf(part);
      return text === null ? [] : [[part.name, text]];
    }),
  );
}

interface SupervisorParts extends ProjectionHostParts, BuildLooks {
  readonly notifier: MovedNotifier;
}

/** Looks after the builds of one projection. */
class Supervisor {
  readonly #consumers = new Map<string, { readonly consumer: LaneConsumer; readonly done: Promise<void> }>();
  /** What the log had when a build that is not filled was seen first, by its number. */
  #asked: ReadonlyMap<number, Position> = new Map();
  #active: BuildRef | undefined;
  error: string | null = null;
  /** What is wrong with a build that nobody reads. */
  aside: string | null = null;

  constructor(
    readonly projection: Projection,
    private readonly parts: SupervisorParts,
    private readonly settings: ProjectionSettings & { readonly holder: Holder },
  ) {}

  get name(): string {
    return this.projection.name;
  }

  lanes(): readonly LaneHealth[] {
    return [...this.#consumers.values()].map(({ consumer }) => consumer.health);
  }

  /** Until it is known which build is read, it may be any. */
  isRead(build: BuildRef): boolean {
    return this.#active === undefined || isSameBuild(this.#active, build);
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#look(signal);
        this.error = null;
      } catch (error) {
        this.error = describeError(error).text;
      }
      await pause(untilBeat(this.settings.pollMs), signal);
    }
    await Promise.all([...this.#consumers.values()].map(({ done }) => done));
  }

  async #look(signal: AbortSignal): Promise<void> {
    const builds = await this.#builds();
    await this.#ask(builds);
    const known = await this.parts.known.ask(this.projection.name);
    const deserted = known && (await this.#isDeserted(known.active));
    this.#active = deserted === true ? undefined : known?.active;
    const active = builds.find((build) => isSameBuild(build, known?.active));
    let aside: string | null = null;
    for (const build of builds.filter(({ version }) => version === this.projection.version))
      try {
        await this.#lookAfter(build, active, known, signal);
      } catch (error) {
        if (this.isRead(build)) throw error;
        aside = describeError(error).text;
      }
    this.aside = aside;
    const previous = builds.find((build) => isSameBuild(build, known?.previous));
    if (active && previous) await this.#retire(previous, active);
    if (known && deserted === true) await this.#checkSuccessor(builds, known, active);
    this.#checkLanes(active);
  }

  /** What is read is of a version that this code does not know, and no other process feeds it: it is as old as its last event. */
  async #isDeserted(active: BuildRef): Promise<boolean> {
    return active.version !== this.projection.version && !(await isHeld(this.parts.pool, active));
  }

  /** Until a build of our own version takes over nothing new is read. One that never will is trouble, and not only beside the matter. */
  async #checkSuccessor(
    builds: readonly StoredBuild[],
    known: ActiveBuilds,
    active: StoredBuild | undefined,
  ): Promise<void> {
    const own = builds.filter(({ version }) => version === this.projection.version).at(-1);
    if (own && (!(await this.#caughtUp(own)) || this.#mayFollow(own, known, active))) return;
    const version = String(this.projection.version);
    const what = `${tableName(known.active)} is read and nobody feeds it`;
    throw new Error(
      own
        ? `${what}; ${tableName(own)}, which is fed, does not follow it by itself: look at what is parked, and promote it`
        : `${what}: this program knows version ${version} alone, and what is read is newer; start the program that knows it`,
    );
  }

  #mayFollow(build: StoredBuild, { active: { build: read }, previous }: ActiveBuilds, active?: StoredBuild): boolean {
    const isNewer = build.build > Math.max(read, previous?.build ?? 0);
    return build.autoPromote && isNewer && !build.failed && build.parked <= (active?.parked ?? 0);
  }

  /**
   * Nobody goes back to a build that does not move, while the one after it does. What somebody went back from stays: it would be made
   * anew, and promoted. A query that still reads the table may keep it for a while.
   */
  async #retire(previous: StoredBuild, active: StoredBuild): Promise<void> {
    if (previous.broken && !active.failed && previous.build < active.build)
      await dropBuild(this.parts.pool, previous).catch(() => undefined);
  }

  async #lookAfter(
    build: StoredBuild,
    active: StoredBuild | undefined,
    known: ActiveBuilds | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    this.#checkDefinition(build);
    this.#feed(build, signal);
    const mayFollow = known !== undefined && this.#mayFollow(build, known, active);
    if (build.filled && !mayFollow) return;
    if (!(await this.#caughtUp(build))) return;
    if (!build.filled) await finishFilling(this.parts.pool, build, this.projection);
    // A build that cannot take over must not keep the active one waiting for it, time and again. What somebody rolled back from is not promoted again.
    if (mayFollow) await this.#promote(build);
  }

  async #builds(): Promise<readonly StoredBuild[]> {
    const { pool, source } = this.parts;
    const { name, version } = this.projection;
    const builds = await this.parts.builds.ask(name);
    if (builds.some((build) => build.version === version)) return builds;
    const { lanes = 1, maxBuilds, autoPromote } = this.settings;
    await ensureBuild(pool, this.projection, { epoch: source.epoch, lanes, maxBuilds, autoPromote });
    return listBuilds(pool, name);
  }

  #checkDefinition(build: StoredBuild): void {
    if (build.definition !== definitionOf(this.projection))
      throw new Error(`the table of ${tableName(build)} was declared differently; raise the version of ${build.name}`);
  }

  /** It is fed all the same, with the lanes that it has: readers shall not pay for a setting. */
  #checkLanes(active: StoredBuild | undefined): void {
    const { lanes } = this.settings;
    if (!active || lanes === undefined || lanes === active.lanes) return;
    throw new Error(
      `${tableName(active)} has ${String(active.lanes)} lanes, not ${String(lanes)}: its checkpoints are per lane; rebuild ${active.name} to change that`,
    );
  }

  #feed(build: StoredBuild, signal: AbortSignal): void {
    for (let lane = 0; lane < build.lanes; lane++) {
      const id = `${tableName(build)}/${String(lane)}`;
      if (this.#consumers.has(id)) continue;
      const settings = {
        ...this.settings,
        onMoved: () => {
          this.parts.notifier.moved(this.name);
        },
      };
      const consumer = new LaneConsumer({ ...build, projection: this.projection }, lane, this.parts, settings);
      const done = consumer.run(signal).then(() => {
        this.#consumers.delete(id);
      });
      this.#consumers.set(id, { consumer, done });
    }
  }

  async #ask(builds: readonly StoredBuild[]): Promise<void> {
    const filling = builds.filter(({ filled }) => !filled);
    const head = filling.length > 0 ? await this.parts.source.head() : START;
    this.#asked = new Map(filling.map(({ build }) => [build, this.#asked.get(build) ?? head]));
  }

  /**
   * Near the head, and with all that the log had when it was seen first: a log shorter than what may be missing would be near from the
   * start, and where the active build is of another epoch nobody can be asked how far it had come.
   */
  async #caughtUp({ build, position }: StoredBuild): Promise<boolean> {
    const { source } = this.parts;
    const asked = this.#asked.get(build) ?? START;
    return (
      source.distance(position, asked) === 0 &&
      source.distance(position, await source.head()) <= this.settings.promoteWithin
    );
  }

  async #promote(build: StoredBuild): Promise<void> {
    try {
      await promoteBuild(this.parts.pool, build, { waitMs: PROMOTE_WAIT_MS, once: true });
      this.parts.notifier.moved(this.name);
    } catch (error) {
      if (!(error instanceof NotReadyError)) throw error;
      return;
    }
    // A query that still reads an old table may keep it: the next promotion or rebuild tries again.
    await dropRetired(this.parts.pool, build.name).catch(() => undefined);
  }
}
