import type pg from 'pg';
import type { Position, Projection, RecordedEvent } from '#kernel';
import {
  acquireLease,
  type BuildRef,
  ConsumerTroubleError,
  type DecodedPage,
  type DecodeEvents,
  decodePage,
  decoderOf,
  describeError,
  type EventSource,
  FencedError,
  giveUpLease,
  handOver,
  idleLeases,
  isOutage,
  isRefusedByTable,
  type LaneRef,
  type Lease,
  LeaseLostError,
  type LaneFeed,
  type LaneInput,
  type NewerEvent,
  OTHER_EPOCH,
  type Holder,
  leaveToOthers,
  pause,
  type ReadFrom,
  recordTrouble,
  storeFeed,
  untilBeat,
  WakeUp,
  wishForLane,
} from '#platform/consumers';
import { applyPage, foldPage, type ApplicablePage } from './apply-page.js';
import { BuildTable } from './build-table.js';
import { Folding, type Folded } from './folding.js';
import { parkedBefore, type ParkedBefore } from './parked-events.js';
import { RowSet } from './row-set.js';
import { demandRoom } from './room-for-parked.js';
import { type ProjectionSettings } from './settings.js';

/** A projection and one of its builds. */
export interface Build extends BuildRef {
  readonly lanes: number;
  readonly projection: Projection;
}

/** What consumers work with. */
export interface ProjectionParts {
  readonly pool: pg.Pool;
  readonly source: EventSource;
  /** Where lanes get their events from; the source itself where there is nothing else. */
  readonly feed?: LaneFeed | undefined;
  readonly decode: DecodeEvents;
  /** A batch is over, whatever came of it. */
  readonly onApplied?: ((batch: FinishedBatch) => void) | undefined;
}

/** A page of the log that was applied, or could not be. */
export interface FinishedBatch {
  readonly projection: string;
  /** Unix time. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly events: readonly RecordedEvent[];
  readonly failed: boolean;
}

export interface LaneHealth extends LaneRef {
  /** `standby`: another process has the lease. `retrying`: something failed and is tried again. */
  readonly state: 'starting' | 'standby' | 'running' | 'retrying' | 'paused' | 'failed' | 'retired';
  /** Events that can be read wait to be applied, or it is still finding out. */
  readonly behind: boolean;
  /** Last moment (of `settings.now`) at which it moved or had nothing to do. */
  readonly lastProgressAt: number;
  readonly error: string | null;
}

/** An event failed and may succeed: the page is tried again. */
class TryAgainError extends Error {
  override readonly name = 'TryAgainError';
}

export interface LaneSettings extends ProjectionSettings {
  /** Whose lanes are counted together, where they are divided. */
  readonly holder: Holder;
  readonly onMoved: () => void;
}

/** The loop that moves one lane of one build: takes the lease, reads ahead, applies, sleeps at the head. */
export class LaneConsumer {
  readonly lane: LaneRef;
  readonly #owner: string;
  readonly #table: BuildTable;
  readonly #folding: Folding;
  readonly #wakeUp: WakeUp;
  readonly #input: LaneInput;
  readonly #attempts = new Map<Position, number>();
  /** Events that the table refused, while they were alone in a page. */
  readonly #refused = new Map<Position, unknown>();
  /** Most events in the next page, after the table refused something of a larger one. */
  #pageLimit = Number.MAX_SAFE_INTEGER;
  #failures = 0;
  #renewedAt = 0;
  #health: LaneHealth;

  constructor(
    private readonly build: Build,
    lane: number,
    private readonly parts: ProjectionParts,
    private readonly settings: LaneSettings,
  ) {
    this.#owner = settings.holder.newOwner();
    const { name, version, build: number } = build;
    this.lane = { name, version, build: number, lane };
    this.#wakeUp = new WakeUp(settings.restRatio);
    this.#table = new BuildTable(build, build.projection);
    this.#folding = new Folding(build.projection, this.#table.shape);
    this.#input = (parts.feed ?? storeFeed(parts.source))({ lane, lanes: build.lanes });
    this.#health = { ...this.lane, state: 'starting', behind: true, lastProgressAt: settings.now(), error: null };
  }

  get health(): LaneHealth {
    return this.#health;
  }

  /** Works until it is aborted or the build is dropped. Never rejects: what goes wrong is in `health` and in es.consumers. */
  async run(signal: AbortSignal): Promise<void> {
    const stopListening = this.#input.onMoved(() => {
      this.#wakeUp.knock();
    });
    while (!signal.aborted && this.#health.state !== 'retired') {
      try {
        await this.#hold(signal);
      } catch (error) {
        await this.#afterFailure(error, signal);
      }
    }
    stopListening();
    await this.#input.close().catch(() => undefined);
    await giveUpLease(this.parts.pool, this.lane, this.#owner).catch(() => undefined);
  }

  async #hold(signal: AbortSignal): Promise<void> {
    const { pool, source } = this.parts;
    const { leaseMs } = this.settings;
    const lease = await acquireLease(pool, this.lane, { owner: this.#owner, leaseMs, epoch: source.epoch });
    if (lease === 'fenced') throw new FencedError(OTHER_EPOCH);
    if (lease === 'retired') {
      this.#report({ state: 'retired', behind: false });
      return;
    }
    if (lease === 'taken') {
      await this.#input.close();
      if (this.settings.holder.mayWish) await wishForLane(pool, this.lane, { owner: this.#owner, leaseMs });
      this.#report({ state: 'standby', behind: false, lastProgressAt: this.settings.now() });
      await pause(Math.min(this.settings.pollMs, leaseMs / 3), signal);
      this.#looks();
      return;
    }
    await this.#guard(lease);
    await this.#work(lease, await parkedBefore(pool, this.lane, lease.position), signal);
  }

  /** A checkpoint of another history must not be continued: rows would be missing, or applied twice, and nobody would know. */
  async #guard(lease: Lease): Promise<void> {
    const { source } = this.parts;
    if (lease.epoch !== source.epoch)
      throw new ConsumerTroubleError('failed', 'the store is in another epoch than this build; rebuild the projection');
    if (lease.position > (await source.head()))
      throw new ConsumerTroubleError('failed', 'the checkpoint is ahead of the store; rebuild the projection');
    if (lease.lanes !== this.build.lanes) throw new LeaseLostError(this.lane);
  }

  async #work(first: Lease, parked: ParkedBefore, signal: AbortSignal): Promise<void> {
    let lease = first;
    let reading: Promise<ReadPage> | undefined;
    while (!signal.aborted) {
      if (lease.wanted) {
        const given = await handOver(this.parts.pool, this.lane, lease, { ...this.settings, owner: this.#owner });
        // What it reads ahead is read to its end before the input is closed.
        if (given) return void (await reading?.catch(() => undefined));
        lease = { ...lease, wanted: false };
      }
      const { page, newer, full } = await (reading ?? this.#read(lease, lease, parked));
      // The next page is read and decoded while this one is applied.
      reading = full && !newer ? this.#read({ position: page.upTo, cursor: page.cursor }, lease, parked) : undefined;
      reading?.catch(() => undefined);
      if (page.upTo > lease.position) {
        const applied = await this.#apply(lease, page, parked);
        lease = applied.lease;
        this.#moved(full);
        // What is parked has changed: learn it from the table, where the batch has left it.
        if (applied.folded.setAside.length > 0 || applied.folded.superseded.size > 0) return;
      }
      if (newer) throw new ConsumerTroubleError('paused', newer.error.message);
      if (full) continue;
      if (lease.troubled) lease = await this.#allIsWell(lease);
      this.#report({ state: 'running', behind: false, lastProgressAt: this.settings.now(), error: null });
      lease = await this.#rest(lease, signal);
    }
  }

  async #read(from: ReadFrom, lease: Lease, parked: ParkedBefore): Promise<ReadPage> {
    const { decode } = this.parts;
    const batchSize = lease.filled ? this.settings.batchSize : this.settings.fillBatchSize;
    const read = await this.#input.read(from, Math.min(batchSize, this.#pageLimit));
    const filter = { lane: this.lane.lane, lanes: lease.lanes, discarded: parked.discarded };
    const decoded = await decodePage(read, from.position, filter, decoderOf(decode, this.build.projection));
    const condemned = this.#refused.size > 0 ? new Map([...decoded.page.condemned, ...this.#refused]) : undefined;
    // Cut short, the page ends where its cursor does not belong: the feed goes on by the position alone.
    const cursor = decoded.newer ? null : read.cursor;
    const page = { ...decoded.page, cursor, ...(condemned && { condemned }) };
    return { ...decoded, page: this.#ahead(page, parked), full: read.full };
  }

  /** Folds and encodes while the page before is being written: PostgreSQL and this process work at the same time. */
  #ahead(page: ApplicablePage, parked: ParkedBefore): ApplicablePage {
    if (!this.build.projection.appendOnly) return page;
    const target = { table: this.#table, folding: this.#folding };
    return { ...page, ahead: foldPage(target, page, parked, new RowSet(this.#table.shape)) };
  }

  async #apply(lease: Lease, page: ApplicablePage, parked: ParkedBefore): ReturnType<typeof applyPage> {
    const { poisonAttempts, leaseMs } = this.settings;
    const target = {
      ...{ pool: this.parts.pool, lane: this.lane, table: this.#table, folding: this.#folding, leaseMs },
      attempts: poisonAttempts,
      onSetAside: (folded: Folded) => {
        this.#judge(folded, parked);
      },
    };
    const startedAt = Date.now();
    const begunAt = performance.now();
    const finished = (failed: boolean): void => {
      const { name } = this.lane;
      const durationMs = performance.now() - begunAt;
      this.parts.onApplied?.({ projection: name, startedAt, durationMs, events: page.events, failed });
    };
    try {
      const applied = await applyPage(target, lease, page, parked);
      finished(false);
      return applied;
    } catch (error) {
      finished(true);
      if (isRefusedByTable(error)) this.#narrow(page, error);
      throw error;
    }
  }

  /** The table refused something of the page: halves the page until the event stands alone, then blames it. */
  #narrow({ events }: DecodedPage, error: unknown): void {
    const [only] = events;
    if (only && events.length === 1) this.#refused.set(only.position, error);
    else this.#pageLimit = Math.max(1, Math.floor(Math.min(this.#pageLimit, events.length) / 2));
  }

  /** Tries an event that failed again, until it has been tried often enough to be parked; refuses to park without limit. */
  #judge({ setAside }: Folded, parked: ParkedBefore): void {
    const { poisonAttempts, maxParked } = this.settings;
    const failed = setAside.filter(({ error }) => error !== undefined);
    for (const { event } of failed) this.#attempts.set(event.position, (this.#attempts.get(event.position) ?? 0) + 1);
    const fresh = failed.find(({ event }) => (this.#attempts.get(event.position) ?? 0) < poisonAttempts);
    if (fresh) throw new TryAgainError(describeError(fresh.error).text);
    if (setAside.length > 0) demandRoom(parked, { failed: failed.length, all: setAside.length }, maxParked);
  }

  #moved(full: boolean): void {
    this.#failures = 0;
    this.#attempts.clear();
    this.#refused.clear();
    this.#pageLimit = Math.min(this.#pageLimit * 2, Number.MAX_SAFE_INTEGER);
    this.#report({ state: 'running', behind: full, lastProgressAt: this.settings.now(), error: null });
    this.settings.onMoved();
  }

  async #allIsWell(lease: Lease): Promise<Lease> {
    await recordTrouble(this.parts.pool, this.lane, this.#owner, { status: 'running', error: null });
    return { ...lease, troubled: false };
  }

  async #rest(lease: Lease, signal: AbortSignal): Promise<Lease> {
    const { pollMs, leaseMs } = this.settings;
    await this.#wakeUp.sleep(untilBeat(Math.min(pollMs, leaseMs / 3)), signal);
    this.#looks();
    if (this.settings.now() - this.#renewedAt < leaseMs / 3) return lease;
    const renewed = await idleLeases(this.parts.pool).renew(this.lane, lease, leaseMs);
    this.#renewedAt = this.settings.now();
    return renewed;
  }

  async #afterFailure(error: unknown, signal: AbortSignal): Promise<void> {
    // Somebody took over or an operator moved it: learn the new state at once.
    if (error instanceof LeaseLostError) return;
    this.#failures++;
    const trouble = error instanceof ConsumerTroubleError ? error.status : 'running';
    const text = describeError(error).text;
    this.#report({ state: trouble === 'running' ? 'retrying' : trouble, behind: true, error: text });
    if (!(error instanceof FencedError) && (trouble !== 'running' || isOutage(error) || this.#failures > 1))
      await recordTrouble(this.parts.pool, this.lane, this.#owner, { status: trouble, error: text }).catch(
        () => undefined,
      );
    const { holder, leaseMs, backoffMs, maxBackoffMs } = this.settings;
    const claim = { owner: this.#owner, leaseMs };
    const leftMs = holder.hasFailed(this.#failures, trouble)
      ? await leaveToOthers(this.parts.pool, this.lane, claim).catch(() => 0)
      : 0;
    const backoff = Math.min(backoffMs * 2 ** Math.min(this.#failures - 1, 20), maxBackoffMs);
    await pause(Math.max(backoff, leftMs), signal);
  }

  /** What it asks from here on may never be answered: only where it rests is nothing to be missed. */
  #looks(): void {
    this.#report({ behind: true });
  }

  #report(change: Partial<LaneHealth>): void {
    this.#health = { ...this.#health, ...change };
  }
}

interface ReadPage {
  readonly page: ApplicablePage;
  readonly newer?: NewerEvent;
  readonly full: boolean;
}
