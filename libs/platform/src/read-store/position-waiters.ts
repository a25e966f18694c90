import type { Position } from '#kernel';
import type { MovedHub } from '#platform/projections';
import { ReadModelMissingError } from './active-tables.js';

interface Waiter {
  readonly position: Position;
  readonly answer: (reached: boolean) => void;
}

/** Everybody who waits for one read model looks together: one query at a time, however many wait. */
export class PositionWaiters {
  readonly #waiting = new Map<string, Set<Waiter>>();
  readonly #looking = new Set<string>();
  #count = 0;
  #closed = false;

  constructor(
    private readonly appliedPosition: (projection: string) => Promise<Position>,
    private readonly hub: MovedHub,
    private readonly limits: { readonly pollMs: number; readonly maxWaiters: number },
  ) {}

  async wait(projection: string, position: Position, timeoutMs: number): Promise<boolean> {
    const applied = await this.#appliedSoFar(projection);
    if (applied !== undefined && applied >= position) return true;
    if (this.#closed || timeoutMs <= 0 || this.#count >= this.limits.maxWaiters) return false;
    return new Promise((resolve) => {
      const waiters = this.#waiting.get(projection) ?? new Set<Waiter>();
      this.#waiting.set(projection, waiters);
      const waiter: Waiter = {
        position,
        answer: (reached) => {
          if (!waiters.delete(waiter)) return;
          this.#count--;
          clearTimeout(timer);
          resolve(reached);
        },
      };
      const timer = setTimeout(() => {
        waiter.answer(false);
      }, timeoutMs);
      waiters.add(waiter);
      this.#count++;
      if (!this.#looking.has(projection)) void this.#look(projection, waiters);
    });
  }

  close(): void {
    this.#closed = true;
    for (const waiters of this.#waiting.values()) for (const { answer } of [...waiters]) answer(false);
  }

  /** `undefined`: no projector has made the read model yet, as after the very first start. It may come within the wait. */
  async #appliedSoFar(projection: string): Promise<Position | undefined> {
    try {
      return await this.appliedPosition(projection);
    } catch (error) {
      if (error instanceof ReadModelMissingError) return undefined;
      throw error;
    }
  }

  async #look(projection: string, waiters: ReadonlySet<Waiter>): Promise<void> {
    this.#looking.add(projection);
    while (waiters.size > 0) {
      // Listening begins before looking: a move in between is not missed.
      const moved = this.#nextMove(projection);
      const applied = await this.appliedPosition(projection).catch(() => undefined);
      for (const { position, answer } of [...waiters]) if (applied !== undefined && applied >= position) answer(true);
      if (waiters.size > 0) await moved.happens;
      moved.forget();
    }
    this.#looking.delete(projection);
  }

  #nextMove(projection: string): { readonly happens: Promise<void>; forget(): void } {
    let wake: () => void = () => undefined;
    const happens = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const timer = setTimeout(wake, this.limits.pollMs);
    const stopListening = this.hub.onMoved(projection, wake);
    return {
      happens,
      forget: () => {
        clearTimeout(timer);
        stopListening();
      },
    };
  }
}
