import { type IncomingMessage } from 'node:http';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { networkOf } from '#platform/access';
import { type HttpConfig } from '#wiring';

export type AdmissionLimits = Pick<
  HttpConfig,
  'writesInFlight' | 'itemsInFlight' | 'uploadsInFlight' | 'writeLatencyMs' | 'loopDelayMs' | 'trustedProxies'
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
/** A body that is awaited for longer than this keeps no place meanwhile: many stalled senders would leave none for the others. */
const PATIENCE_MS = 1_000;
/** So many such bodies at once are awaited of one network; then it has to wait for them itself. */
const STALLED_OF_A_NETWORK = 64;
/** Refused senders come back spread over this, not all in the same second. */
const RETRY_SPREAD_MS = 2_000;

/** A write that was let in. */
interface Place {
  readonly enteredMs: number;
  /** When its body was there, as far as is known: what a sender takes is no sign of what the store takes. */
  sinceMs: number;
  items: number;
  /** Of the network that sends it, while its place is given up. */
  stalledOf: string | undefined;
}

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
  readonly #in = new Map<IncomingMessage, Place>();
  /** Bodies that are awaited without a place, by network. */
  readonly #stalled = new Map<string, number>();
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
    const full = upload ? this.#uploads >= this.limits.uploadsInFlight : this.#isFull() || this.#isStalling(message);
    if (full) {
      this.#refused += 1;
      return false;
    }
    const enteredMs = performance.now();
    if (upload) this.#uploads += 1;
    else {
      this.#writes += 1;
      this.#items += 1;
      this.#in.set(message, { enteredMs, sinceMs: enteredMs, items: 1, stalledOf: undefined });
    }
    onLeave(() => {
      if (upload) this.#uploads -= 1;
      else this.#leave(message);
    });
    return true;
  }

  /** The write turned out to have so many more items; false when they are too many. An idle gateway takes any request. */
  grow(message: IncomingMessage, items: number): boolean {
    const place = this.#in.get(message);
    // Not over a connection: nobody entered.
    if (place === undefined) return true;
    this.#arrived(place);
    const others = this.#items - place.items;
    if (others > 0 && this.#items + items > this.limits.itemsInFlight) {
      this.#refused += 1;
      return false;
    }
    this.#items += items;
    place.items += items;
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

  #leave(message: IncomingMessage): void {
    const place = this.#in.get(message);
    if (place === undefined) return;
    this.#arrived(place);
    this.#in.delete(message);
    this.#writes -= 1;
    this.#items -= place.items;
    this.#finished += 1;
    this.#tookMs += performance.now() - place.sinceMs;
    this.#wake();
  }

  #isStalling({ socket }: IncomingMessage): boolean {
    // All who come through a proxy have its address here.
    if (this.#stalled.size === 0 || this.limits.trustedProxies.length > 0) return false;
    return (this.#stalled.get(networkOf(socket.remoteAddress ?? '')) ?? 0) >= STALLED_OF_A_NETWORK;
  }

  /** The place of a body that is still awaited is given to others after a while, and its clock has not begun. */
  #awaitBodies(): void {
    const now = performance.now();
    for (const [message, place] of this.#in)
      if (message.complete) this.#arrived(place);
      else {
        place.sinceMs = now;
        if (place.stalledOf === undefined && now - place.enteredMs >= PATIENCE_MS) this.#stall(message, place);
      }
  }

  #stall({ socket }: IncomingMessage, place: Place): void {
    const network = networkOf(socket.remoteAddress ?? '');
    place.stalledOf = network;
    this.#stalled.set(network, (this.#stalled.get(network) ?? 0) + 1);
    this.#writes -= 1;
    this.#items -= place.items;
    this.#wake();
  }

  /** It has its place again, also beyond the limit: it was let in once. */
  #arrived(place: Place): void {
    const { stalledOf: network, items } = place;
    if (network === undefined) return;
    place.stalledOf = undefined;
    const others = (this.#stalled.get(network) ?? 1) - 1;
    if (others === 0) this.#stalled.delete(network);
    else this.#stalled.set(network, others);
    this.#writes += 1;
    this.#items += items;
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #reviewLimit(): void {
    this.#awaitBodies();
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
