import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type DebuggerEntryView, type WayIn } from '#contracts';
import { type Metrics } from '#platform/telemetry';
import { type MessageResult, shortened } from '#wiring';
import { countTouchpoint } from '../metrics/touchpoint-metrics.js';
import { METRICS } from '../server/tokens.js';

/** Entries that are kept of each source. */
const ENTRIES = 200;
/** Sources that are remembered; the one that was silent for longest is forgotten first. */
const SOURCES = 200;
/** Entries that wait for one reader; of what is more, the oldest are left out, and the reader is told how many. */
const WAITING = 1_000;
const MOST_ERRORS = 5;
/** Not an e-mail address and not a telephone number. */
const MACHINE_ID = /^(?!\+?\d{7,15}$)[\w.:-]{1,128}$/;
const SOURCE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** Of things whose source cannot be read. */
const UNKNOWN = '(unknown)';

/** What a reader of the live feed gets: an entry, or how many were left out because it was too slow. */
export type Noted = DebuggerEntryView | { readonly id: string; readonly skipped: number };

interface Reader {
  readonly source: string | undefined;
  readonly waiting: DebuggerEntryView[];
  skipped: number;
  wake: () => void;
}

/** What became of what the sources sent lately, in this process's memory: bounded rings, gone with the process. */
@Injectable()
export class Debugger {
  readonly #rings = new Map<string, DebuggerEntryView[]>();
  readonly #readers = new Set<Reader>();
  /** Ids of an earlier process mean nothing here. */
  readonly #run = randomBytes(4).toString('hex');
  #count = 0;

  constructor(@Inject(METRICS) private readonly metrics: Metrics) {}

  /** Every way in tells of every item here. */
  note(via: WayIn, source: unknown, { kind, ...result }: MessageResult): void {
    this.#count += 1;
    countTouchpoint(this.metrics, result);
    const known = typeof source === 'string' && SOURCE.test(source) ? source : UNKNOWN;
    const stored = 'eventId' in result ? result : undefined;
    const errors = 'errors' in result ? result.errors : [];
    const entry: DebuggerEntryView = {
      id: `${this.#run}-${String(this.#count)}`,
      at: new Date().toISOString(),
      source: known,
      via,
      outcome: result.status,
      kind: kind !== undefined && /^[a-z0-9_:]{1,60}$/.test(kind) ? kind : null,
      touchpointId: result.id !== undefined && MACHINE_ID.test(result.id) ? result.id : null,
      eventId: stored?.eventId ?? null,
      customerId: stored?.customerId ?? null,
      code: 'code' in result ? result.code : (errors[0]?.code ?? null),
      errors: errors.slice(0, MOST_ERRORS).map(({ pointer, code }) => ({ pointer: shortened(pointer), code })),
    };
    this.#keep(entry);
    for (const reader of this.#readers) tell(reader, entry);
  }

  /** Newest first. */
  latest(source: string | undefined, limit: number): readonly DebuggerEntryView[] {
    const rings = source === undefined ? [...this.#rings.values()] : [this.#rings.get(source) ?? []];
    const entries = rings.flatMap((ring) => ring.slice(-limit));
    return entries.sort((one, other) => this.#order(other) - this.#order(one)).slice(0, limit);
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
      const [run, count] = (afterId ?? '').split('-');
      if (run === this.#run)
        for (const entry of this.latest(source, SOURCES * ENTRIES).toReversed())
          if (this.#order(entry) > Number(count)) tell(reader, entry);
      while (!signal.aborted) {
        const entry = reader.waiting.shift();
        if (entry === undefined) {
          await new Promise<void>((resolve) => (reader.wake = resolve));
          continue;
        }
        const { skipped } = reader;
        reader.skipped = 0;
        if (skipped > 0) yield { id: entry.id, skipped };
        yield entry;
      }
    } finally {
      this.#readers.delete(reader);
      signal.removeEventListener('abort', onAbort);
    }
  }

  #keep(entry: DebuggerEntryView): void {
    const ring = this.#rings.get(entry.source) ?? [];
    // A map keeps the order in which its keys came: whoever spoke last is last.
    this.#rings.delete(entry.source);
    this.#rings.set(entry.source, ring);
    ring.push(entry);
    // Twice the size before it is cut: cutting at each entry would move all of them each time.
    if (ring.length >= 2 * ENTRIES) ring.splice(0, ring.length - ENTRIES);
    if (this.#rings.size > SOURCES) this.#rings.delete(this.#rings.keys().next().value ?? '');
  }

  #order({ id }: DebuggerEntryView): number {
    return Number(id.slice(this.#run.length + 1));
  }
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
