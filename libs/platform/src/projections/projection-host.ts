import { setMaxListeners } from 'node:events';
import { START, type Position, type Projection } from '#kernel';
import { type BuildRef, describeError, Holder, pause, WakeUp } from '#platform/consumers';
import { checkDeclaration, definitionOf, tableName } from './build-table.js';
import {
  activeBuilds,
  dropBuild,
  dropRetired,
  ensureBuild,
  finishFilling,
  isSameBuild,
  listBuilds,
  type ActiveBuilds,
  type StoredBuild,
} from './builds.js';
import { LaneConsumer, type LaneHealth, type ProjectionParts } from './lane-consumer.js';
import { MOVED_CHANNEL, type MovedHub } from './moved-hub.js';
import { NotReadyError, promoteBuild } from './promote.js';
import { defaultSettings, type ProjectionSettings } from './settings.js';
import { removeErasedRows } from './unapplied-erasures.js';

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
/** Polls between two looks for erased rows in builds that nobody feeds. */
const CLEAN_EVERY_POLLS = 5;
/** At most one notification for each read model in this time: `NOTIFY` takes a lock over the whole server at commit. */
const NOTIFY_EVERY_MS = 50;

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
  const supervisors = projections.map((projection) => new Supervisor(projection, parts, shared));
  const cleaner = new Cleaner(parts, settings);
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

/** Looks after the builds of one projection. */
class Supervisor {
  readonly #consumers = new Map<string, { readonly consumer: LaneConsumer; readonly done: Promise<void> }>();
  readonly #notifier: Notifier;
  /** What the log had when a build that is not filled was seen first, by its number. */
  #asked: ReadonlyMap<number, Position> = new Map();
  #active: BuildRef | undefined;
  error: string | null = null;
  /** What is wrong with a build that nobody reads. */
  aside: string | null = null;

  constructor(
    readonly projection: Projection,
    private readonly parts: ProjectionHostParts,
    private readonly settings: ProjectionSettings & { readonly holder: Holder },
  ) {
    this.#notifier = new Notifier(projection.name, parts);
  }

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
      await pause(this.settings.pollMs, signal);
    }
    await Promise.all([...this.#consumers.values()].map(({ done }) => done));
    await this.#notifier.flush();
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { pool } = this.parts;
    const builds = await this.#builds();
    await this.#ask(builds);
    const known = await activeBuilds(pool, this.projection.name);
    this.#active = known?.active;
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
    this.#checkLanes(active);
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
    if (!(await this.#caughtUp(build))) return;
    if (!build.filled) await finishFilling(this.parts.pool, build, this.projection);
    // A build that cannot take over must not keep the active one waiting for it, time and again.
    if (known && !build.failed && build.parked <= (active?.parked ?? 0)) await this.#promote(build, known);
  }

  async #builds(): Promise<readonly StoredBuild[]> {
    const { pool, source } = this.parts;
    const { name, version } = this.projection;
    const builds = await listBuilds(pool, name);
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
          this.#notifier.moved();
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

  /** Only a build that is newer than both: what somebody rolled back from is not promoted again by itself. */
  async #promote(build: StoredBuild, { active, previous }: ActiveBuilds): Promise<void> {
    if (!build.autoPromote || build.build <= Math.max(active.build, previous?.build ?? 0)) return;
    try {
      await promoteBuild(this.parts.pool, build, { waitMs: PROMOTE_WAIT_MS });
      this.#notifier.moved();
    } catch (error) {
      if (!(error instanceof NotReadyError)) throw error;
      return;
    }
    // A query that still reads an old table may keep it: the next promotion or rebuild tries again.
    await dropRetired(this.parts.pool, build.name).catch(() => undefined);
  }
}

/** Looks after builds of all versions in one respect: that those which nobody feeds lose the rows of those who are erased. */
class Cleaner {
  readonly name = 'erased rows';
  error: string | null = null;

  constructor(
    private readonly parts: ProjectionHostParts,
    private readonly settings: ProjectionSettings,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await removeErasedRows(this.parts.pool);
        this.error = null;
      } catch (error) {
        this.error = describeError(error).text;
      }
      await pause(CLEAN_EVERY_POLLS * this.settings.pollMs, signal);
    }
  }
}

/** Tells this process at once and the others soon, never inside a batch's transaction. */
class Notifier {
  readonly #wakeUp = new WakeUp();
  #sending: Promise<void> | undefined;
  #again = false;

  constructor(
    private readonly name: string,
    private readonly parts: ProjectionHostParts,
  ) {}

  moved(): void {
    this.parts.hub?.moved(this.name);
    this.#again = true;
    this.#sending ??= this.#send();
  }

  async flush(): Promise<void> {
    this.#wakeUp.knock();
    await this.#sending;
  }

  async #send(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      // A lost notification costs the listener a poll interval.
      await this.parts.pool.query(`SELECT pg_notify($1, $2)`, [MOVED_CHANNEL, this.name]).catch(() => undefined);
      await this.#wakeUp.sleep(NOTIFY_EVERY_MS, new AbortController().signal);
    }
    this.#sending = undefined;
  }
}
