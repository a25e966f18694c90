import type pg from 'pg';
import type { EpochMs, Position } from '#kernel';
import {
  acquireLease,
  ConsumerTroubleError,
  type DecodeEvents,
  describeError,
  type EventSource,
  FencedError,
  giveUpLease,
  handOver,
  idleLeases,
  isOutage,
  type LaneRef,
  type Lease,
  LeaseLostError,
  OTHER_EPOCH,
  type Holder,
  leaveToOthers,
  pause,
  recordTrouble,
  untilBeat,
  WakeUp,
  wishForLane,
} from '#platform/consumers';
import { beginReaction, consumerOf, effectsFrom } from './begin-reaction.js';
import { Dispatcher, ROUND_MS } from './dispatcher.js';
import { type RunnableReaction } from './execute-command.js';
import { NextTimer } from './next-timer.js';
import { type Memories, type ReactionPage, reactToPage } from './react-page.js';
import { readPage } from './read-page.js';
import { type ReactionSettings } from './settings.js';

/** What reactions work with. */
export interface ReactionParts {
  readonly pool: pg.Pool;
  readonly source: EventSource;
  readonly decode: DecodeEvents;
  /** Stores an event that says nothing but that time has passed: the log's time is that of its last event. */
  readonly passTime: () => Promise<void>;
}

export interface ReactionHealth {
  readonly name: string;
  readonly version: number;
  /** `standby`: another process has the lease. `superseded`: a newer version has taken over. */
  readonly state: 'starting' | 'standby' | 'running' | 'retrying' | 'paused' | 'failed' | 'superseded';
  readonly error: string | null;
  /** It does something, or finds out whether there is anything to do. */
  readonly behind: boolean;
  /** Last moment (of this process's clock) at which it got something done or had nothing to do. */
  readonly lastProgressAt: EpochMs;
}

/** The loop of one reaction: takes the lease, reacts page by page, dispatches, sleeps until something is due. */
export class ReactionConsumer {
  readonly #ref: LaneRef;
  readonly #owner: string;
  readonly #wakeUp: WakeUp;
  #health: ReactionHealth;
  #failures = 0;
  #pageLimit: number;
  #effectsFrom: Position = 0n;
  /** Of the monotonic clock, which nobody sets. */
  #renewedAt = -Infinity;
  #passedTimeAt = -Infinity;
  readonly #commands: Dispatcher;
  readonly #nextTimer: NextTimer;
  /** Something was for this reaction since it rested last. */
  #concerned = false;
  /** What keys of large states were left with, under this lease. */
  #kept: Memories = new Map();

  constructor(
    private readonly runnable: RunnableReaction,
    private readonly parts: ReactionParts,
    private readonly settings: ReactionSettings & { readonly holder: Holder },
  ) {
    this.#owner = settings.holder.newOwner();
    const { name, version } = runnable.reaction;
    this.#ref = consumerOf({ name, version });
    this.#wakeUp = new WakeUp(settings.restRatio);
    this.#health = { name, version, state: 'starting', error: null, behind: true, lastProgressAt: Date.now() };
    this.#pageLimit = settings.batchSize;
    this.#commands = new Dispatcher(parts.pool, runnable, settings);
    this.#nextTimer = new NextTimer(parts.pool, { name, version }, settings.pollMs);
  }

  get health(): ReactionHealth {
    return this.#health;
  }

  /** Works until it is aborted or superseded. Never rejects: what goes wrong is in `health` and in es.consumers. */
  async run(signal: AbortSignal): Promise<void> {
    const stopListening = this.parts.source.onMoved(() => {
      this.#wakeUp.knock();
    });
    while (!signal.aborted && this.#health.state !== 'superseded') {
      try {
        await this.#hold(signal);
      } catch (error) {
        await this.#afterFailure(error, signal);
      }
    }
    stopListening();
    await giveUpLease(this.parts.pool, this.#ref, this.#owner).catch(() => undefined);
  }

  async #hold(signal: AbortSignal): Promise<void> {
    const { pool, source } = this.parts;
    const { leaseMs, pollMs } = this.settings;
    if ((await beginReaction(pool, source, this.runnable.reaction)) === 'superseded') {
      this.#report('superseded');
      return;
    }
    const lease = await acquireLease(pool, this.#ref, { owner: this.#owner, leaseMs, epoch: source.epoch });
    if (lease === 'fenced') throw new FencedError(OTHER_EPOCH);
    // Removed by a newer version a moment ago: the next round learns of it.
    if (lease === 'retired') return;
    if (lease === 'taken') {
      if (this.settings.holder.mayWish) await wishForLane(pool, this.#ref, { owner: this.#owner, leaseMs });
      this.#report('standby');
      await this.#idle(() => pause(Math.min(pollMs, leaseMs / 3), signal));
      return;
    }
    if (lease.epoch !== source.epoch)
      throw new ConsumerTroubleError(
        'failed',
        `the store is in another epoch than this reaction; safar reactions resume ${this.runnable.reaction.name}`,
      );
    if (lease.position > (await source.head()))
      throw new ConsumerTroubleError(
        'failed',
        'the checkpoint is ahead of the store; raise the version of the reaction',
      );
    this.#effectsFrom = await effectsFrom(pool, this.#ref);
    this.#commands.lookAnew();
    this.#nextTimer.lookAgain();
    this.#kept = new Map();
    try {
      await this.#work(lease, signal);
    } finally {
      await this.#commands.finish().catch(() => undefined);
    }
  }

  async #work(first: Lease, signal: AbortSignal): Promise<void> {
    let lease = first;
    while (!signal.aborted) {
      if (lease.wanted) {
        lease = await this.#finish(lease, signal);
        if (await handOver(this.parts.pool, this.#ref, lease, { ...this.settings, owner: this.#owner })) return;
        lease = { ...lease, wanted: false };
      }
      lease = await this.#dispatch(lease);
      if (this.#commands.isFull) {
        lease = await this.#tell(lease);
        await this.#commands.wait(this.#commands.isBusy ? ROUND_MS : this.#longestRestMs, signal);
        continue;
      }
      const { page, newer, full } = await readPage(this.parts, this.runnable, {
        ...{ after: lease.position, limit: this.#pageLimit, effectsFrom: this.#effectsFrom },
      });
      if (page.upTo > lease.position) lease = await this.#react(lease, page);
      if (newer) throw new ConsumerTroubleError('paused', newer.error.message);
      if (page.upTo > lease.position || full) continue;
      this.#failures = 0;
      lease = await this.#tell(lease);
      // What came of it: people and other reactions wait for it, and nobody rests before it is done.
      if (this.#commands.nextInMs > 0) lease = await this.#rest(lease, signal);
    }
  }

  /** Whoever gets the lease begins where it stands; it is kept as long as that takes. */
  async #finish(first: Lease, signal: AbortSignal): Promise<Lease> {
    let lease = first;
    const finished = this.#commands.finish().then(() => true);
    // Nobody may be waiting for it by then.
    finished.catch(() => undefined);
    const aBit = (): Promise<boolean> => pause(this.#longestRestMs, signal).then(() => false);
    while (!signal.aborted && !(await Promise.race([finished, aBit()]))) lease = await this.#keep(lease);
    await finished;
    return lease;
  }

  /** Nothing is waited for: the log is read on beside commands, so that whoever comes after a backlog waits for no round of it. */
  async #dispatch(first: Lease): Promise<Lease> {
    const lease = await this.#keep(first);
    const { answered, left, hindrance } = await this.#commands.round();
    // Also of what came too early: what it waits for may stand still for long, and a restart would not move it.
    if (answered) this.#health = { ...this.#health, lastProgressAt: this.#progressAt() };
    if (left > 0) this.#failures = 0;
    if (hindrance !== undefined) throw hindrance;
    return lease;
  }

  async #react(lease: Lease, page: ReactionPage): Promise<Lease> {
    const { reaction } = this.runnable;
    const { batchSize: maxKeys, leaseMs, maxParked } = this.settings;
    const target = { pool: this.parts.pool, reaction, leaseMs, maxKeys, maxParked, kept: this.#kept };
    if (page.events.size === 0 && page.condemned.size === 0 && !this.#nextTimer.mayBeSet) {
      // Nothing to react to, nothing to fire.
      this.#renewedAt = performance.now();
      return idleLeases(this.parts.pool).passOver(this.#ref, lease, { to: page.upTo, leaseMs });
    }
    this.#concerned ||= page.events.size > 0;
    const { lease: moved, commands, kept, outcome } = await reactToPage(target, lease, page);
    // Only now is it stored.
    this.#kept = kept;
    this.#pageLimit =
      outcome === 'shorter'
        ? Math.max(1, Math.floor(Math.min(page.read, this.#pageLimit) / 2))
        : Math.min(this.settings.batchSize, this.#pageLimit * 2);
    this.#renewedAt = performance.now();
    this.#nextTimer.lookAgain();
    this.#commands.added(commands);
    this.#reportWork();
    return moved;
  }

  /** At the head: sleeps until an event, a timer or a command is due, and never longer than the polling interval. */
  async #rest(lease: Lease, signal: AbortSignal): Promise<Lease> {
    const { passTimeEveryMs } = this.settings;
    let wait = Math.min(untilBeat(this.#longestRestMs), this.#commands.nextInMs);
    const dueInMs = this.#nextTimer.mayBeSet ? await this.#nextTimer.dueInMs() : undefined;
    // The last that was under way may have ended meanwhile.
    if (this.#commands.nextInMs === 0) return lease;
    if (dueInMs === undefined) wait = Math.min(wait, Math.max(1, this.#nextTimer.restMs));
    else if (dueInMs > 0) wait = Math.min(wait, dueInMs);
    else {
      const sinceMs = performance.now() - this.#passedTimeAt;
      if (sinceMs >= passTimeEveryMs) {
        this.#passedTimeAt = performance.now();
        await this.parts.passTime();
        return lease;
      }
      wait = Math.min(wait, passTimeEveryMs - sinceMs);
    }
    const { restRatio, promptRestRatio } = this.settings;
    const ratio = this.#concerned ? Math.min(restRatio, promptRestRatio) : restRatio;
    this.#concerned = false;
    // What is under way moves the log itself: a page for each of its events would take more than all of it.
    if (this.#commands.isBusy) await this.#commands.wait(Math.min(wait, ROUND_MS), signal);
    else await this.#idle(() => this.#wakeUp.sleep(wait, signal, ratio));
    return this.#keep(lease);
  }

  get #longestRestMs(): number {
    return Math.min(this.settings.pollMs, this.settings.leaseMs / 3);
  }

  async #keep(lease: Lease): Promise<Lease> {
    const { leaseMs } = this.settings;
    if (performance.now() - this.#renewedAt < leaseMs / 3) return lease;
    const renewed = await idleLeases(this.parts.pool).renew(this.#ref, lease, leaseMs);
    this.#renewedAt = performance.now();
    return renewed;
  }

  async #afterFailure(error: unknown, signal: AbortSignal): Promise<void> {
    if (error instanceof LeaseLostError) return;
    this.#failures++;
    const status = error instanceof ConsumerTroubleError ? error.status : 'running';
    const { text } = describeError(error);
    this.#report(status === 'running' ? 'retrying' : status, text);
    if (!(error instanceof FencedError) && (status !== 'running' || isOutage(error) || this.#failures > 1))
      await recordTrouble(this.parts.pool, this.#ref, this.#owner, { status, error: text }).catch(() => undefined);
    const { holder, leaseMs, backoffMs, maxBackoffMs } = this.settings;
    const claim = { owner: this.#owner, leaseMs };
    const leftMs = holder.hasFailed(this.#failures, status)
      ? await leaveToOthers(this.parts.pool, this.#ref, claim).catch(() => 0)
      : 0;
    const backoff = Math.min(backoffMs * 2 ** Math.min(this.#failures - 1, 20), maxBackoffMs);
    await pause(Math.max(backoff, leftMs), signal);
  }

  /** What it asks of others may never be answered: only while it sleeps is nothing to be missed. */
  async #idle(sleep: () => Promise<void>): Promise<void> {
    this.#health = { ...this.#health, behind: false };
    await sleep();
    this.#health = { ...this.#health, behind: true, lastProgressAt: Date.now() };
  }

  /** It goes on, and waits all the same where all that it asks for comes too early. */
  #reportWork(): void {
    if (this.#commands.tooEarly) this.#report('retrying', describeError(this.#commands.tooEarly).text);
    else this.#report('running');
  }

  /** Likewise, to operators too. */
  async #tell(lease: Lease): Promise<Lease> {
    this.#reportWork();
    const error = this.#commands.tooEarly ? describeError(this.#commands.tooEarly).text : null;
    if (lease.troubled === (error !== null)) return lease;
    await recordTrouble(this.parts.pool, this.#ref, this.#owner, { status: 'running', error });
    return { ...lease, troubled: error !== null };
  }

  /** Whatever else goes on, a command that hangs is to be seen. */
  #progressAt(): EpochMs {
    return this.#commands.begunAt ?? Date.now();
  }

  #report(state: ReactionHealth['state'], error: string | null = null): void {
    const isWell = state === 'running' || state === 'standby';
    this.#health = { ...this.#health, state, error, ...(isWell && { lastProgressAt: this.#progressAt() }) };
  }
}
