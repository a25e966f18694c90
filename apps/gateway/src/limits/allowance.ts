import { type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type Principal } from '#wiring';
import { isBrowser } from '../access/caller.js';
import { ProblemError } from '../problems/problem-error.js';
import { type Admission } from './admission.js';
import { type RateLimits, type Spent } from './rate-limits.js';

/** A stream looks again after this at the latest: its sender may have gone. */
const LOOK_AGAIN_MS = 1_000;

const allowances = new WeakMap<IncomingMessage, Allowance>();

/** What one request may do. The guard opens it; whoever finds out how many items the request has takes them from it. */
export class Allowance {
  #spent: Spent | undefined;

  constructor(
    private readonly limits: RateLimits,
    private readonly admission: Admission,
    private readonly message: IncomingMessage,
    private readonly caller: { readonly principal: Principal | undefined; readonly address: string },
  ) {}

  /** Whoever has the request can ask for it with `allowanceOf`. */
  known(): this {
    allowances.set(this.message, this);
    return this;
  }

  /** What is left after what was taken last; for the headers. */
  get spent(): Spent | undefined {
    return this.#spent;
  }

  /**
   * Takes items of a request that was read whole, before any work is done on them. The request itself counts as its first item.
   * @throws ProblemError `rate_limited` (429) or `overloaded` (503), with when to come back
   */
  take(items: number): void {
    if (items <= 0) return;
    this.#charge(items);
    if (!this.admission.grow(this.message, items))
      throw new ProblemError('overloaded', { retryAfterMs: this.admission.retryAfterMs() });
  }

  /** As `first`, for whoever leaves the refusal to others. */
  tryFirst(): boolean {
    return this.#spend(1).ok;
  }

  /** The request itself. @throws ProblemError `rate_limited` */
  first(): void {
    this.#charge(1);
  }

  /**
   * Does work on items of a stream, as soon as they may be worked on: not being read holds the sender back, and they need not send
   * anything again.
   */
  async inTurn<Value>(items: number, work: () => Promise<Value>): Promise<Value> {
    // A batch of a stream is cut where the store likes it, which may be more than a caller ever has at once.
    const portion = this.limits.portionOf(this.caller.principal);
    for (let rest = items; rest > 0; rest -= portion) await this.#wait(Math.min(rest, portion));
    return this.admission.inTurn(items, work);
  }

  async #wait(items: number): Promise<void> {
    for (let spent = this.#spend(items); !spent.ok; spent = this.#spend(items)) {
      if (this.message.socket.destroyed) throw new ProblemError('malformed_request');
      await pause(Math.min(Math.max(spent.retryAfterMs, 10), LOOK_AGAIN_MS));
    }
  }

  #charge(items: number): void {
    const spent = this.#spend(items);
    if (!spent.ok) throw new ProblemError('rate_limited', { retryAfterMs: spent.retryAfterMs });
  }

  #spend(items: number): Spent {
    const { principal, address } = this.caller;
    return (this.#spent = principal ? this.#spendAs(principal, items) : this.limits.spendAsStranger(address, items));
  }

  #spendAs(principal: Principal, items: number): Spent {
    return isBrowser(principal)
      ? this.limits.spendInBrowser(principal, this.caller.address, items)
      : this.limits.spend(principal, items);
  }
}

/** Of a request that the guard let in; a route that is not limited has none. */
export const allowanceOf = (message: IncomingMessage): Allowance | undefined => allowances.get(message);
