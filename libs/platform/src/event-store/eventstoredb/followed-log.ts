import type { Position } from '#kernel';
import type { AllStreamSubscription, Position as LogPosition } from '@eventstore/db-client';
import type { Connection } from './connection.js';
import { logPosition } from './log-reader.js';
import { positionOf } from './records.js';

export interface FollowOptions {
  /** Beginnings of the names of the streams to follow. */
  readonly prefixes: readonly string[];
  /** Called for each event, in the order of the log; the next one is handed over when it is over. */
  readonly onEvent: (event: FollowedEvent) => void | Promise<void>;
  /** Where to begin. */
  readonly after: Position;
  /** Without progress for so long, while the log is known to be further, the subscription is replaced. */
  readonly stalledMs: number;
  /** Pause before the subscription is replaced; doubled each time, up to fifty times as long. */
  readonly pauseMs: number;
}

export interface FollowedEvent {
  readonly stream: string;
  readonly position: Position;
}

const LONGEST_PAUSES = 50;

/**
 * One subscription to $all, kept alive. The client's subscriptions end with their first error and never begin again, hang without
 * one, and tell of checkpoints beyond events that were not handed over yet: a checkpoint counts only when nothing is in between.
 */
export class FollowedLog {
  /** Everything up to here was handed over. */
  #position: Position;
  /** How far the log is known to be. */
  #known: Position = 0n;
  #movedAt = performance.now();
  #subscription: AllStreamSubscription | undefined;
  /** Nothing of the subscription is being handled. */
  #idle = false;
  #closed = false;
  #starts = 0;
  #wake: () => void = () => undefined;
  readonly #running: Promise<void>;

  constructor(
    private readonly connection: Connection,
    private readonly options: FollowOptions,
  ) {
    this.#position = options.after;
    this.#running = this.#run();
  }

  get position(): Position {
    return this.#position;
  }

  /** How often a subscription was begun. */
  get starts(): number {
    return this.#starts;
  }

  /** The log is at least so far. A subscription that does not get there in time is replaced. */
  noteHead(head: Position): void {
    if (head > this.#known) {
      if (this.#position >= this.#known) this.#movedAt = performance.now();
      this.#known = head;
    }
    if (this.#idle && this.#position < this.#known && performance.now() - this.#movedAt > this.options.stalledMs)
      this.#drop();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#drop();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let pauses = 1; !this.#closed;) {
      const before = this.#position;
      await this.#follow().catch(() => undefined);
      pauses = this.#position === before ? Math.min(pauses * 2, LONGEST_PAUSES) : 1;
      if (!this.#isClosed()) await this.#pause(this.options.pauseMs * pauses);
    }
  }

  async #follow(): Promise<void> {
    this.#starts++;
    this.#movedAt = performance.now();
    const subscription = this.connection.subscribe(this.options.prefixes, logPosition(this.#position), (position) => {
      this.#checkpoint(subscription, position);
    });
    this.#subscription = subscription;
    let ended = false;
    const end = (): void => {
      ended = true;
      this.#wake();
    };
    for (const name of ['error', 'end', 'close'] as const) subscription.on(name, end);
    subscription.on('readable', () => {
      this.#wake();
    });
    try {
      // Read by hand: between an iterator's reading and its handing over nobody could tell that something is in flight.
      while (!ended && !this.#closed && this.#subscription === subscription) {
        const next = subscription.read() as { readonly event?: Parameters<typeof positionOf>[0] } | null;
        if (next?.event) {
          await this.options.onEvent({ stream: next.event.streamId, position: positionOf(next.event) });
          this.#moveTo(positionOf(next.event));
        } else if (!next) {
          this.#idle = true;
          await this.#woken();
          this.#idle = false;
        }
      }
    } finally {
      this.#idle = false;
      await subscription.unsubscribe().catch(() => undefined);
      subscription.destroy();
    }
  }

  #checkpoint(subscription: AllStreamSubscription, position: LogPosition): void {
    if (this.#idle && subscription.readableLength === 0 && this.#subscription === subscription)
      this.#moveTo(position.commit);
  }

  #moveTo(position: Position): void {
    this.#movedAt = performance.now();
    if (position > this.#position) this.#position = position;
  }

  #drop(): void {
    this.#subscription = undefined;
    this.#wake();
  }

  #isClosed(): boolean {
    return this.#closed;
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #pause(ms: number): Promise<void> {
    const timer = setTimeout(() => {
      this.#wake();
    }, ms);
    await this.#woken();
    clearTimeout(timer);
  }
}
