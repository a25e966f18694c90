import { randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { type DebuggerEntryView, type WayIn } from '#contracts';
import { type Metrics } from '#platform/telemetry';
import { masked, type MessageResult, shortened } from '#wiring';
import { TouchpointCounts } from '../metrics/touchpoint-metrics.js';
import { METRICS } from '../server/tokens.js';

/** Entries that are kept of each source. */
const ENTRIES = 200;
/** Sources that are remembered; the one that was silent for longest is forgotten first. */
const SOURCES = 200;
/** No entry is older: the ids of somebody who is erased are gone with it, whichever process is told of the erasure. */
const KEPT_MS = 3_600_000;
const SWEEP_MS = 60_000;
/** Entries that wait for one reader; of what is more, the oldest are left out, and the reader is told how many. */
const WAITING = 1_000;
const MOST_ERRORS = 5;
/** Not an e-mail address and not a telephone number. */
const MACHINE_ID = /^(?!\+?\d{7,15}$)[\w.:-]{1,128}$/;
const SOURCE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** Of things whose source cannot be read. */
const UNKNOWN = '(unknown)';

/**
 * What a reader of the live feed gets: an entry, or how many were left out because it was too slow; null where it came back too late
 * for anybody to know.
 */
export type Noted = DebuggerEntryView | { readonly id: string; readonly skipped: number | null };

interface Ring {
  readonly entries: Kept[];
  /** Number of the last entry that was forgotten. */
  forgotten: number;
}

/** As it was told: what a reader sees of it is made when somebody reads. */
interface Kept {
  readonly order: number;
  readonly at: number;
  readonly source: string;
  readonly via: WayIn;
  readonly kind: string | undefined;
  readonly result: MessageResult;
}

interface Reader {
  readonly source: string | undefined;
  readonly waiting: DebuggerEntryView[];
  skipped: number;
  wake: () => void;
}

/** What became of what the sources sent in the last hour, in this process's memory: bounded rings, gone with the process. */
@Injectable()
export class Debugger implements OnModuleDestroy {
  readonly #rings = new Map<string, Ring>();
  readonly #readers = new Set<Reader>();
  /** Ids of an earlier process mean nothing here. */
  readonly #run = randomBytes(4).toString('hex');
  #count = 0;
  /** As in a ring, of the sources that were forgotten as a whole. */
  #forgotten = 0;
  /** Whose ring is the last of the map, and that ring. */
  #last: { readonly source: string; readonly ring: Ring } | undefined;
  readonly #counts: TouchpointCounts;
  readonly #sweep = setInterval(() => {
    this.#forgetOld(Date.now() - KEPT_MS);
  }, SWEEP_MS).unref();

  constructor(@Inject(METRICS) metrics: Metrics) {
    this.#counts = new TouchpointCounts(metrics);
  }

  onModuleDestroy(): void {
    clearInterval(this.#sweep);
  }

  /** Every way in tells of every item here. */
  note(via: WayIn, source: unknown, result: MessageResult, kind: string | undefined = result.kind): void {
    this.#count += 1;
    this.#counts.count(result);
    const { source: known, ring } = this.#ringOf(source);
    const kept = { order: this.#count, at: Date.now(), source: known, via, kind, result: bounded(result) };
    keep(ring, kept);
    if (this.#readers.size === 0) return;
    const entry = this.#viewOf(kept);
    for (const reader of this.#readers) tell(reader, entry);
  }

  /** Newest first. */
  latest(source: string | undefined, limit: number): readonly DebuggerEntryView[] {
    return this.#keptOf(source, limit).map((kept) => this.#viewOf(kept));
  }

  /** Most recently heard of first. */
  get sources(): readonly string[] {
    return [...this.#rings.keys()].reverse();
  }

  /** Everything after an entry that is still known, and then what comes, until the signal. */
  async *follow(source: string | undefined, afterId: string | undefined, signal: AbortSignal): AsyncGenerator<Noted> {
    const reader: Reader = { source, waiting: [], skipped: 0, wake: () => undefined };
    const onAbort = (): void => {
      reader.wake();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    this.#readers.add(reader);
    try {
      const after = this.#resume(reader, afterId);
      // Whatever may be missing is said: behind an id of another process, or behind entries that are kept no longer.
      if (after === undefined || this.#forgottenOf(source) > after)
        yield { id: this.#id(after ?? this.#count), skipped: null };
      while (!signal.aborted) {
        const entry = reader.waiting.shift();
        if (entry === undefined) {
          await new Promise<void>((resolve) => (reader.wake = resolve));
          continue;
        }
        const { skipped } = reader;
        reader.skipped = 0;
        // Not yet the id of the entry: a reader who loses the connection here has not seen it.
        if (skipped > 0) yield { id: this.#id(this.#order(entry) - 1), skipped };
        yield entry;
      }
    } finally {
      this.#readers.delete(reader);
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Newest first. */
  #keptOf(source: string | undefined, limit: number): readonly Kept[] {
    const kept = this.#ringsOf(source).flatMap((ring) => ring.entries.slice(-limit));
    return kept.sort((one, other) => other.order - one.order).slice(0, limit);
  }

  #viewOf({ order, at, source, via, kind, result }: Kept): DebuggerEntryView {
    const stored = 'eventId' in result ? result : undefined;
    const errors = 'errors' in result ? result.errors : [];
    return {
      id: this.#id(order),
      at: new Date(at).toISOString(),
      source,
      via,
      outcome: result.status,
      kind: kind !== undefined && /^[a-z0-9_:]{1,60}$/.test(kind) ? kind : null,
      touchpointId: result.id !== undefined && MACHINE_ID.test(result.id) ? result.id : null,
      eventId: stored?.eventId ?? null,
      customerId: stored?.customerId ?? null,
      code: 'code' in result ? result.code : (errors[0]?.code ?? null),
      errors: errors.map(({ pointer, code }) => ({ pointer, code })),
    };
  }

  #ringOf(source: unknown): { readonly source: string; readonly ring: Ring } {
    if (this.#last !== undefined && source === this.#last.source) return this.#last;
    const known = typeof source === 'string' && SOURCE.test(source) ? source : UNKNOWN;
    const ring = this.#rings.get(known) ?? { entries: [], forgotten: this.#forgotten };
    // A map keeps the order in which its keys came: whoever spoke last is last.
    this.#rings.delete(known);
    this.#rings.set(known, ring);
    this.#forgetSilent();
    return (this.#last = { source: known, ring });
  }

  #forgetSilent(): void {
    const [silent] = this.#rings;
    if (this.#rings.size > SOURCES && silent !== undefined) this.#forget(...silent);
  }

  #forget(source: string, { entries, forgotten }: Ring): void {
    this.#rings.delete(source);
    this.#forgotten = Math.max(this.#forgotten, forgotten, ...entries.slice(-1).map(({ order }) => order));
  }

  #forgetOld(before: number): void {
    for (const [source, ring] of this.#rings) {
      const young = ring.entries.findIndex(({ at }) => at >= before);
      const old = ring.entries.splice(0, young < 0 ? ring.entries.length : young);
      ring.forgotten = Math.max(ring.forgotten, ...old.slice(-1).map(({ order }) => order));
      if (ring.entries.length === 0) this.#forget(source, ring);
    }
    // Its ring may be one that is forgotten.
    this.#last = undefined;
  }

  /** Lets a reader wait for everything after an entry. @returns the number of that entry; nothing when it is none of ours */
  #resume(reader: Reader, afterId: string | undefined): number | undefined {
    if (afterId === undefined || afterId === '') return this.#count;
    const [run, count = ''] = afterId.split('-');
    if (run !== this.#run || !/^\d{1,15}$/.test(count)) return undefined;
    for (const kept of this.#keptOf(reader.source, SOURCES * 2 * ENTRIES).toReversed())
      if (kept.order > Number(count)) tell(reader, this.#viewOf(kept));
    return Number(count);
  }

  #id(count: number): string {
    return `${this.#run}-${String(count)}`;
  }

  #ringsOf(source: string | undefined): readonly Ring[] {
    if (source === undefined) return [...this.#rings.values()];
    const ring = this.#rings.get(source);
    return ring === undefined ? [] : [ring];
  }

  #forgottenOf(source: string | undefined): number {
    const rings = this.#ringsOf(source);
    if (source !== undefined && rings.length === 1) return rings[0]?.forgotten ?? 0;
    return Math.max(this.#forgotten, ...rings.map(({ forgotten }) => forgotten));
  }

  #order({ id }: DebuggerEntryView): number {
    return Number(id.slice(this.#run.length + 1));
  }
}

function keep(ring: Ring, kept: Kept): void {
  ring.entries.push(kept);
  // Twice the size before it is cut: cutting at each entry would move all of them each time.
  if (ring.entries.length < 2 * ENTRIES) return;
  const [last] = ring.entries.splice(0, ring.entries.length - ENTRIES).slice(-1);
  if (last !== undefined) ring.forgotten = last.order;
}

/** Of what was stored, as it is; errors may be many and long, so only what is shown of them stays. */
function bounded(result: MessageResult): MessageResult {
  if (!('errors' in result)) return result;
  const errors = result.errors.slice(0, MOST_ERRORS);
  return { ...result, errors: errors.map((error) => ({ ...error, pointer: masked(shortened(error.pointer)) })) };
}

function tell(reader: Reader, entry: DebuggerEntryView): void {
  if (reader.source !== undefined && reader.source !== entry.source) return;
  reader.waiting.push(entry);
  if (reader.waiting.length > WAITING) {
    reader.waiting.shift();
    reader.skipped += 1;
  }
  reader.wake();
}
