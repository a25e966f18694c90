/** What is left of a window, and until when. */
export interface Left {
  readonly remaining: number;
  readonly resetMs: number;
}

interface Open {
  used: number;
  readonly endsAt: number;
}

/** Windows that have ended are looked for when there are so many, and then when there are twice as many as were left. */
const FEW = 1_024;

/**
 * So many items for each key in a window of time, which begins with the first of them. At once, and not by promise: the limiter of
 * a library took five promises and a timer for a request, a tenth of what all the rest of it takes. As many entries as keys that sent
 * something within two windows or so; keys are those of callers who are known, or one of a fixed number of counters.
 */
export class FixedWindow {
  readonly #open = new Map<string, Open>();
  #sweepAt = FEW;

  constructor(
    private readonly quota: number,
    private readonly windowMs: number,
  ) {}

  /** Takes all of the items or none. @param now milliseconds of a clock that only goes forward */
  take(key: string, items: number, now: number): boolean {
    const open = this.#at(key, now);
    if ((open?.used ?? 0) + items > this.quota) return false;
    if (open) open.used += items;
    else this.#begin(key, { used: items, endsAt: now + this.windowMs }, now);
    return true;
  }

  left(key: string, now: number): Left {
    const open = this.#at(key, now);
    if (!open) return { remaining: this.quota, resetMs: this.windowMs };
    return { remaining: Math.max(0, this.quota - open.used), resetMs: Math.min(this.windowMs, open.endsAt - now) };
  }

  /** Entries in memory. */
  get size(): number {
    return this.#open.size;
  }

  #at(key: string, now: number): Open | undefined {
    const open = this.#open.get(key);
    return open && now < open.endsAt ? open : undefined;
  }

  #begin(key: string, open: Open, now: number): void {
    this.#open.set(key, open);
    if (this.#open.size < this.#sweepAt) return;
    for (const [each, { endsAt }] of this.#open) if (endsAt <= now) this.#open.delete(each);
    this.#sweepAt = Math.max(FEW, 2 * this.#open.size);
  }
}
