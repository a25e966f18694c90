import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
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
/** A body that is awaited for longer than this keeps no place meanwhile: many stalled senders would leave none for the others. */
const PATIENCE_MS = 1_000;
/** Refused senders come back spread over this, not all in the same second. */
const RETRY_SPREAD_MS = 2_000;

/** A write that was let in. */
interface Place {
  /** When its body was there: what a sender takes is no sign of what the store takes. */
  sinceMs: number;
  items: number;
  /** Others have it, while or because its body is not there. */
  givenUp: boolean;
  /** While somebody reads and the sender has not sent all. */
  awaited: Awaited | undefined;
}

interface Awaited {
  readonly sinceMs: number;
  /** Refuses the write without waiting any longer. */
  readonly refuse: () => void;
}

const admissions = new WeakMap<Socket, Admission>();

/** Who let this request in; nobody when it came over no connection. */
export const admissionOf = ({ socket }: IncomingMessage): Admission | undefined => admissions.get(socket);

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
  /** Those whose body is awaited without a place, the first one first. */
  readonly #stalled = new Set<Place>();
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

  /** Decides about what comes over this connection: whoever reads a body finds it with `admissionOf`. */
  decideFor(socket: Socket): void {
    admissions.set(socket, this);
  }

  /** Lets a write in, or not; who was let in leaves when the answer is gone, however it went. */
  enter(message: IncomingMessage, onLeave: (left: () => void) => void): boolean {
    const upload = isUpload(message);
    const full = upload ? this.#uploads >= this.limits.uploadsInFlight : this.#isFull();
    if (full) {
      this.#refused += 1;
      return false;
    }
    if (upload) this.#uploads += 1;
    else {
      this.#writes += 1;
      this.#items += 1;
      this.#in.set(message, { sinceMs: performance.now(), items: 1, givenUp: false, awaited: undefined });
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
    const others = this.#items - place.items;
    if (others > 0 && this.#items + items > this.limits.itemsInFlight) {
      this.#refused += 1;
      return false;
    }
    this.#items += items;
    place.items += items;
    return true;
  }

  /** Somebody reads the body, of which the sender has not sent all: from now on it is the sender who takes the time. */
  awaitBody(message: IncomingMessage, refuse: () => void): void {
    const place = this.#in.get(message);
    if (place) place.awaited = { sinceMs: performance.now(), refuse };
  }

  /** All of the body is there. False when others have the place meanwhile and there is no other: many may come back at once. */
  bodyArrived(message: IncomingMessage): boolean {
    const place = this.#in.get(message);
    if (place?.awaited === undefined) return true;
    this.#awaitNoMore(place);
    if (!place.givenUp) return true;
    if (this.#isFull()) {
      this.#refused += 1;
      return false;
    }
    place.givenUp = false;
    this.#writes += 1;
    this.#items += place.items;
    return true;
  }

  /** Nobody reads the body any more, and the write is answered without it. */
  bodyAbandoned(message: IncomingMessage): void {
    const place = this.#in.get(message);
    if (place) this.#awaitNoMore(place);
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
    this.#in.delete(message);
    const isAwaited = place.awaited !== undefined;
    this.#awaitNoMore(place);
    if (place.givenUp) return;
    this.#writes -= 1;
    this.#items -= place.items;
    if (!isAwaited) {
      this.#finished += 1;
      this.#tookMs += performance.now() - place.sinceMs;
    }
    this.#wake();
  }

  #awaitNoMore(place: Place): void {
    if (place.awaited) place.sinceMs = performance.now();
    place.awaited = undefined;
    this.#stalled.delete(place);
  }

  /** The place of a body that is still awaited is given to others after a while. */
  #giveUpPlaces(): void {
    const now = performance.now();
    for (const [{ complete }, place] of this.#in)
      if (!complete && !place.givenUp && place.awaited && now - place.awaited.sinceMs >= PATIENCE_MS)
        this.#giveUp(place);
  }

  /** As many are awaited without a place as there are places. One more, and the first of them is refused: never somebody who has sent all. */
  #giveUp(place: Place): void {
    place.givenUp = true;
    this.#writes -= 1;
    this.#items -= place.items;
    this.#stalled.add(place);
    this.#wake();
    if (this.#stalled.size <= this.limits.writesInFlight) return;
    const [first = place] = this.#stalled;
    const { awaited } = first;
    this.#awaitNoMore(first);
    this.#refused += 1;
    awaited?.refuse();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #reviewLimit(): void {
    this.#giveUpPlaces();
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
