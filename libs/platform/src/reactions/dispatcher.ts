import type pg from 'pg';
import { ConsumerTroubleError } from '#platform/consumers';
import { countCommands, dispatchHeads, type Dispatched } from './dispatch.js';
import { type CommandTooEarlyError, type RunnableReaction } from './execute-command.js';
import { type ReactionSettings } from './settings.js';

/** Does a reaction's commands round by round, and knows how the last one left them. */
export class Dispatcher {
  #retryInMs: number | undefined = 0;
  #isFull = false;
  #tooEarly: CommandTooEarlyError | undefined;

  constructor(
    private readonly pool: pg.Pool,
    private readonly runnable: RunnableReaction,
    private readonly settings: ReactionSettings,
  ) {}

  /** Commands may wait: how long until the next one may be tried; `undefined`: there is none that could be. */
  get retryInMs(): number | undefined {
    return this.#retryInMs;
  }

  /** So many wait that more of the log would only make more wait. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Why none moves, where what they need is behind. */
  get tooEarly(): CommandTooEarlyError | undefined {
    return this.#tooEarly;
  }

  /** Somebody else may have had the lease. */
  lookAnew(): void {
    this.#retryInMs = 0;
    this.#isFull = false;
    this.#tooEarly = undefined;
  }

  /** More commands wait. */
  added(): void {
    this.#retryInMs = 0;
  }

  /** @throws ConsumerTroubleError when too many are parked */
  async round(): Promise<Pick<Dispatched, 'answered' | 'moved' | 'hindrance'>> {
    const round = await dispatchHeads(this.pool, this.runnable, this.settings);
    const { retryInMs, moved, waiting, tooEarly } = round;
    this.#retryInMs = retryInMs;
    this.#isFull = retryInMs !== undefined && waiting >= this.settings.maxWaiting;
    this.#tooEarly = moved || retryInMs === undefined ? undefined : (tooEarly ?? this.#tooEarly);
    if (retryInMs !== 0 && round.hindrance === undefined) await this.#checkParked();
    return round;
  }

  /** Nothing can be done at once, so that they are parked, or wait behind what is. Also where none waits: all may be parked. */
  async #checkParked(): Promise<void> {
    const { maxParked } = this.settings;
    const waiting = await countCommands(this.pool, this.runnable.reaction.name);
    if (waiting > maxParked)
      throw new ConsumerTroubleError(
        'failed',
        `${String(waiting)} commands are parked or wait, ${String(maxParked)} may; release or discard what is parked`,
      );
  }
}
