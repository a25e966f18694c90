import { type IncomingMessage } from 'node:http';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { type HttpConfig } from '#wiring';

export type AdmissionLimits = Pick<
  HttpConfig,
  'writesInFlight' | 'itemsInFlight' | 'uploadsInFlight' | 'writeLatencyMs' | 'loopDelayMs'
>;

/** How often the limit is compared with what writes have taken. */
const REVIEW_MS = 100;
const LOOP_RESOLUTION_MS = 20;
/**
 * So many writes are always taken. Fewer share a flush badly: with a least of 16, a machine that was slow for a moment was kept slow by
 * senders who tried again at once, 180 writes in ten seconds instead of 4,000.
 */
const LEAST_WRITES = 64;
/** The most that the limit shrinks by in one step. */
const SHRINK = 0.7;
/** Refused senders come back spread over this, not all in the same second. */
const RETRY_SPREAD_MS = 2_000;

const isUpload = (message: IncomingMessage): boolean =>
  /^\s*application\/(x-ndjson|ndjson|jsonl)\b/i.test(message.headers['content-type'] ?? '');

export const isWrite = ({ method }: IncomingMessage): boolean =>
  method === 'POST' || method === 'PUT' || method === 'PATCH' || method === 'DELETE';

/**
 * What is worked on at once, and a no for what would have to wait too long: said before a byte of it is read. Everything that was let in
 * shares group commits, so the writes in flight are the queue in front of the store too; by Little's law their number over the throughput
 * is what each of them waits. The limit shrinks while writes take longer than they may, and grows back.
 */
export class Admission {
  #writes = 0;
  #uploads = 0;
  #items = 0;
  #limit: number;
  #refused = 0;
  #finished = 0;
  #tookMs = 0;
  #loopDelayMs = 0;
  #shrunkAtMs = 0;
  readonly #least: number;
  readonly #waiting: (() => void)[] = [];
  /** Items of each request that was let in. */
  readonly #in = new Map<IncomingMessage, number>();
  readonly #loop: IntervalHistogram = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  readonly #review: NodeJS.Timeout;

  constructor(private readonly limits: AdmissionLimits) {
    this.#limit = limits.writesInFlight;
    this.#least = Math.min(LEAST_WRITES, limits.writesInFlight);
    this.#loop.enable();
    this.#review = setInterval(() => {
      this.#reviewLimit();
    }, REVIEW_MS).unref();
  }

  /** For metrics: what is under way, how much may be, and how many were refused since the start. */
  get state() {
    const { writesInFlight, itemsInFlight } = this.limits;
    return {
      writes: this.#writes,
      uploads: this.#uploads,
      items: this.#items,
      limit: this.#limit,
      writesInFlight,
      itemsInFlight,
      refused: this.#refused,
      loopDelayMs: this.#loopDelayMs,
    };
  }

  /** Lets a write in, or not; who was let in leaves when the answer is gone, however it went. */
  enter(message: IncomingMessage, onLeave: (left: () => void) => void): boolean {
    const upload = isUpload(message);
    const full = upload ? this.#uploads >= this.limits.uploadsInFlight : this.#isFull();
    if (full) {
      this.#refused += 1;
      return false;
    }
    const since = performance.now();
    if (upload) this.#uploads += 1;
    else {
      this.#writes += 1;
      this.#items += 1;
      this.#in.set(message, 1);
    }
    onLeave(() => {
      if (upload) this.#uploads -= 1;
      else this.#leave(message, since);
    });
    return true;
  }

  /** The write turned out to have so many more items; false when they are too many. An idle gateway takes any request. */
  grow(message: IncomingMessage, items: number): boolean {
    const before = this.#in.get(message);
    // Not over a connection: nobody entered.
    if (before === undefined) return true;
    const others = this.#items - before;
    if (others > 0 && this.#items + items > this.limits.itemsInFlight) {
      this.#refused += 1;
      return false;
    }
    this.#items += items;
    this.#in.set(message, before + items);
    return true;
  }

  /** Work of a stream: waits, in order, until there is room. Bounded by the uploads that are let in, each with its few batches. */
  async inTurn<Value>(items: number, work: () => Promise<Value>): Promise<Value> {
    while (this.#items > 0 && this.#items + items > this.limits.itemsInFlight)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#items += items;
    try {
      return await work();
    } finally {
      this.#items -= items;
      this.#wake();
    }
  }

  retryAfterMs(): number {
    return 1_000 + Math.random() * RETRY_SPREAD_MS;
  }

  close(): void {
    clearInterval(this.#review);
    this.#loop.disable();
  }

  #isFull(): boolean {
    if (this.#writes < this.#least) return false;
    return (
      this.#writes >= this.#limit ||
      this.#items >= this.limits.itemsInFlight ||
      this.#loopDelayMs > this.limits.loopDelayMs
    );
  }

  #leave(message: IncomingMessage, since: number): void {
    const items = this.#in.get(message) ?? 0;
    this.#in.delete(message);
    this.#writes -= 1;
    this.#items -= items;
    this.#finished += 1;
    this.#tookMs += performance.now() - since;
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #reviewLimit(): void {
    // Nanoseconds; the resolution itself is part of what is measured.
    const delayMs = Math.max(0, this.#loop.mean / 1e6 - LOOP_RESOLUTION_MS);
    this.#loop.reset();
    if (Number.isFinite(delayMs)) this.#loopDelayMs = 0.5 * this.#loopDelayMs + 0.5 * delayMs;
    const { writesInFlight, writeLatencyMs } = this.limits;
    const tookMs = this.#finished > 0 ? this.#tookMs / this.#finished : 0;
    if (tookMs > writeLatencyMs) {
      // What ends now was let in under the limit of a while ago: a step shows only after that while.
      if (performance.now() - this.#shrunkAtMs > tookMs) {
        this.#limit = Math.max(this.#least, Math.floor(this.#limit * Math.max(SHRINK, writeLatencyMs / tookMs)));
        this.#shrunkAtMs = performance.now();
      }
    } else if (this.#finished > 0) this.#limit = Math.min(writesInFlight, this.#limit + 8);
    this.#finished = 0;
    this.#tookMs = 0;
  }
}
