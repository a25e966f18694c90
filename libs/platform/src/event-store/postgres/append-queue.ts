import type { AppendOutcome } from '../event-store.port.js';
import type { PreparedRequest } from '../prepared-request.js';

/** A request whose caller waits for its outcome. */
export interface WaitingAppend {
  readonly request: PreparedRequest;
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (error: Error) => void;
  /** A flush with it failed for a reason that only one of its requests can have: it goes alone next time. */
  alone?: boolean;
}

export interface FlushLimits {
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Appends in the order of their arrival, and the choice of what goes into the next flush. Requests that depend on each other
 * never share one: the store decides upon all requests of a flush at once.
 */
export class AppendQueue {
  #waiting: WaitingAppend[] = [];
  #rows = 0;
  #bytes = 0;

  get requests(): number {
    return this.#waiting.length;
  }

  get rows(): number {
    return this.#rows;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(append: WaitingAppend): void {
    this.#waiting.push(append);
    this.#count(append, 1);
  }

  /** Puts appends back in front, in their order. */
  unshift(appends: readonly WaitingAppend[]): void {
    this.#waiting = [...appends, ...this.#waiting];
    for (const append of appends) this.#count(append, 1);
  }

  /** Takes everything. */
  drain(): readonly WaitingAppend[] {
    const all = this.#waiting;
    this.#waiting = [];
    this.#rows = 0;
    this.#bytes = 0;
    return all;
  }

  /** Takes what may share a flush, oldest first; at least one request, however big, when there is any. */
  take(limits: FlushLimits): readonly WaitingAppend[] {
    const taken: WaitingAppend[] = [];
    const later: WaitingAppend[] = [];
    const company = new Company();
    let rows = 0;
    let bytes = 0;
    let index = 0;
    for (; index < this.#waiting.length; index++) {
      const append = this.#waiting[index];
      if (!append) break;
      const { request } = append;
      if (taken.length > 0) {
        if (append.alone === true || taken[0]?.alone === true) break;
        if (rows + request.rows > limits.rows || bytes + request.bytes > limits.bytes) break;
      }
      if (!company.accepts(request)) {
        company.exclude(request);
        later.push(append);
        continue;
      }
      company.add(request);
      taken.push(append);
      rows += request.rows;
      bytes += request.bytes;
    }
    this.#waiting = later.length > 0 ? [...later, ...this.#waiting.slice(index)] : this.#waiting.slice(index);
    for (const append of taken) this.#count(append, -1);
    return taken;
  }

  #count({ request }: WaitingAppend, sign: 1 | -1): void {
    this.#rows += sign * request.rows;
    this.#bytes += sign * request.bytes;
  }
}

/** What the requests of a flush touch. */
class Company {
  readonly #ids = new Set<string>();
  /** Streams of the flush; `shut` when nothing may follow in it. */
  readonly #streams = new Map<string, 'open' | 'shut'>();

  /**
   * A request may join when its append id is new to the flush and where it expects something, nobody before it in the flush
   * can make that true or false. Whether an `any` succeeds depends on nobody else, so any number of them may follow.
   */
  accepts({ appendId, parts }: PreparedRequest): boolean {
    if (this.#ids.has(appendId)) return false;
    for (const { stream, expect } of parts) {
      const state = this.#streams.get(stream);
      if (state === 'shut' || (state === 'open' && expect !== 'any')) return false;
    }
    return true;
  }

  add({ appendId, parts }: PreparedRequest): void {
    this.#ids.add(appendId);
    for (const { stream, closes } of parts) this.#streams.set(stream, closes ? 'shut' : 'open');
  }

  /** What waits for the next flush must not be overtaken in its streams, nor by its own repetition. */
  exclude({ appendId, parts }: PreparedRequest): void {
    this.#ids.add(appendId);
    for (const { stream } of parts) this.#streams.set(stream, 'shut');
  }
}
