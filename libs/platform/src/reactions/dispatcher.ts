import type pg from 'pg';
import { ConsumerTroubleError, WakeUp } from '#platform/consumers';
import { type Choice, type CommandRow, countCommands, fromBothEnds, readBeginnable } from './choose-heads.js';
import { type CommandTooEarlyError, type IssuedCommand, type RunnableReaction } from './execute-command.js';
import { type Outcome, type Recorded, recordOutcomes } from './record-outcomes.js';
import { type ReactionSettings } from './settings.js';

/**
 * So long a round waits for places for half of the commands that may be under way, as one that waits for a read model takes seconds;
 * and so long others are begun of what was read before, which takes a third of a round where 5,000 wait.
 */
export const ROUND_MS = 250;

interface UnderWay extends Choice {
  /** Of this process's clock. */
  readonly begunAt: number;
  readonly ended: Promise<void>;
}

/**
 * Does a reaction's commands in rounds: each writes down what came of those that have ended, and begins others beside those that have
 * not. A kill in between leaves the row, and the command is done again under its id.
 */
export class Dispatcher {
  readonly #underWay = new Map<string, UnderWay>();
  /** Until this is written down, each is still the first of its key. */
  #ended: Outcome[] = [];
  /** When the next may be begun; Infinity: there is none that could be. Of the monotonic clock, like all here but `begunAt`. */
  #nextAt = -Infinity;
  #roundAt = -Infinity;
  /** What may be begun, as it was read: those behind one that is done since, or that may be tried again since, are not among them. */
  #beginnable: readonly CommandRow[] = [];
  #readAt = -Infinity;
  readonly #wakeUp = new WakeUp();
  #waiting = 0;
  #earlyInARow = 0;
  #tooEarly: CommandTooEarlyError | undefined;
  /** Some were parked since that was looked at last. */
  #moreParked = true;

  constructor(
    private readonly pool: pg.Pool,
    private readonly runnable: RunnableReaction,
    private readonly settings: ReactionSettings,
  ) {}

  /** How long until a round has something to do; Infinity: until a command ends or more are added. */
  get nextInMs(): number {
    const { dispatchAtOnce } = this.settings;
    const places = dispatchAtOnce - this.#underWay.size;
    const nextAt = this.#ended.length > 0 ? -Infinity : this.#nextAt;
    if (places === 0 || nextAt === Infinity) return Infinity;
    // For a place here and there nobody looks through all that waits.
    const placesAt = places >= dispatchAtOnce / 2 ? -Infinity : this.#roundAt + ROUND_MS;
    return Math.max(0, Math.max(placesAt, nextAt) - performance.now());
  }

  get isBusy(): boolean {
    return this.#underWay.size > 0;
  }

  /** When the oldest that is under way was begun: since then it may hang. */
  get begunAt(): number | undefined {
    const [oldest] = this.#underWay.values();
    return oldest?.begunAt;
  }

  /** So many wait that more of the log would only make more wait. */
  get isFull(): boolean {
    return this.#waiting >= this.settings.maxWaiting;
  }

  /** Why none moves, where what they need is behind. */
  get tooEarly(): CommandTooEarlyError | undefined {
    return this.#tooEarly;
  }

  /** Somebody else may have had the lease. */
  lookAnew(): void {
    this.#nextAt = -Infinity;
    this.#readAt = -Infinity;
    this.#waiting = 0;
    this.#earlyInARow = 0;
    this.#tooEarly = undefined;
    this.#moreParked = true;
  }

  /** So many more commands wait. */
  added(count: number): void {
    if (count === 0) return;
    this.#waiting += count;
    this.#nextAt = -Infinity;
    this.#readAt = -Infinity;
  }

  /** Until a round has something to do, and no longer than that. */
  async wait(longestMs: number, signal: AbortSignal): Promise<void> {
    const waitMs = Math.min(longestMs, this.nextInMs);
    if (waitMs > 0) await this.#wakeUp.sleep(waitMs, signal);
  }

  /** @throws ConsumerTroubleError when too many are parked */
  async round(): Promise<Recorded> {
    if (this.nextInMs > 0) return nothing;
    this.#roundAt = performance.now();
    const recorded = await this.#record();
    if (recorded.hindrance !== undefined) return recorded;
    // Where all come too early, the others are in no hurry.
    if (recorded.tooEarly && this.#tooEarly) this.#nextAt = performance.now() + this.settings.backoffMs;
    else await this.#begin();
    return recorded;
  }

  /** Lets those that are under way end, and begins no more; whoever goes on after it looks anew at what waits. */
  async finish(): Promise<void> {
    await Promise.all([...this.#underWay.values()].map(({ ended }) => ended));
    await this.#record();
    this.#nextAt = -Infinity;
    this.#readAt = -Infinity;
  }

  async #record(): Promise<Recorded> {
    const ended = this.#ended.splice(0);
    if (ended.length === 0) return nothing;
    const recorded = await recordOutcomes(this.pool, this.runnable.reaction.name, ended, this.settings);
    const { left, parked, tooEarly } = recorded;
    this.#waiting -= left;
    this.#moreParked ||= parked > 0;
    this.#earlyInARow = left > 0 ? 0 : this.#earlyInARow + ended.length;
    if (left > 0) this.#tooEarly = undefined;
    else if (!this.isBusy || this.#earlyInARow >= this.settings.dispatchAtOnce)
      this.#tooEarly = tooEarly ?? this.#tooEarly;
    return recorded;
  }

  async #begin(): Promise<void> {
    if (this.#moreParked) await this.#checkParked();
    const { dispatchAtOnce } = this.settings;
    const places = dispatchAtOnce - this.#underWay.size;
    if (this.#beginnable.length < places || performance.now() - this.#readAt > ROUND_MS) await this.#read();
    const chosen = fromBothEnds(this.#beginnable, [...this.#underWay.values()], dispatchAtOnce);
    for (const choice of chosen) this.#start(choice);
    this.#beginnable = this.#beginnable.filter(({ seq }) => !this.#underWay.has(seq));
    if (this.#beginnable.length > 0) this.#nextAt = -Infinity;
    // What has ended meanwhile is still in the table.
    if (!this.isBusy && this.#ended.length === 0) await this.#checkStill();
  }

  async #read(): Promise<void> {
    this.#readAt = performance.now();
    const { rows, retryInMs, waiting } = await readBeginnable(this.pool, this.runnable.reaction, this.settings);
    const ended = new Set(this.#ended.map(({ row }) => row.seq));
    this.#beginnable = rows.filter(({ seq }) => !this.#underWay.has(seq) && !ended.has(seq));
    this.#nextAt = performance.now() + retryInMs;
    this.#waiting = waiting;
    if (waiting === 0) this.#tooEarly = undefined;
  }

  #start(choice: Choice): void {
    const { row } = choice;
    const ended = tryCommand(this.runnable, row).then((error) => {
      this.#underWay.delete(row.seq);
      this.#ended.push({ row, error });
      if (this.nextInMs === 0) this.#wakeUp.knock();
    });
    this.#underWay.set(row.seq, { ...choice, begunAt: Date.now(), ended });
  }

  async #checkParked(): Promise<void> {
    const { maxParked } = this.settings;
    const parked = await countCommands(this.pool, this.runnable.reaction.name, ['parked']);
    if (parked > maxParked) throw tooMany(`${String(parked)} commands are parked, ${String(maxParked)} may be`);
    this.#moreParked = false;
  }

  /** Nothing can be done at once, so that they are parked, or wait behind what is. Also where none waits: all may be parked. */
  async #checkStill(): Promise<void> {
    const { maxParked } = this.settings;
    const still = await countCommands(this.pool, this.runnable.reaction.name, ['parked', 'waiting']);
    if (still > maxParked) throw tooMany(`${String(still)} commands are parked or wait, ${String(maxParked)} may`);
  }
}

const nothing: Recorded = { answered: false, left: 0, parked: 0 };

const tooMany = (what: string): ConsumerTroubleError =>
  new ConsumerTroubleError('failed', `${what}; release or discard what is parked`);

/** Answers why it failed. */
async function tryCommand({ reaction, execute }: RunnableReaction, row: Choice['row']): Promise<unknown> {
  const { id, key, command, causation_id: causationId, correlation_id: correlationId } = row;
  const issued: IssuedCommand = {
    reaction: reaction.name,
    id,
    key,
    at: Number(row.at),
    command,
    causationId,
    correlationId,
  };
  try {
    await execute(issued);
    return undefined;
  } catch (error) {
    return error ?? new Error('nothing was thrown');
  }
}
