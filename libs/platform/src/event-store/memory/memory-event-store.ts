import { START, type EpochMs, type EventMeta, type Position, type RecordedEvent } from '#kernel';
import {
  MAX_PAGE_CHARACTERS,
  type AppendOutcome,
  type AppendRequest,
  type EventStore,
  type LogPage,
} from '../event-store.port.js';
import { prepareRequest, type PreparedEvent, type PreparedPart, type PreparedRequest } from '../prepared-request.js';

export interface MemoryEventStoreOptions {
  /** The time of commits; the machine's unless given. */
  readonly now?: () => EpochMs;
  /** The position before the first event. */
  readonly startPosition?: Position;
  /** Streams whose events are not in this log: it continues another one. */
  readonly streams?: readonly { readonly stream: string; readonly version: number }[];
}

/** The log in memory: for tests and simulations, with the semantics of the real ones. */
export const openMemoryEventStore = (options: MemoryEventStoreOptions = {}): EventStore => new MemoryStore(options);

interface Stored extends PreparedEvent {
  readonly stream: string;
  readonly version: number;
  readonly position: Position;
  readonly recordedAt: EpochMs;
}

interface Stream {
  version: number;
  closed: boolean;
  readonly events: Stored[];
}

interface Waiting {
  readonly request: PreparedRequest;
  readonly resolve: (outcome: AppendOutcome) => void;
}

type Appended = Extract<AppendOutcome, { readonly status: 'appended' | 'repeated' }>;

class MemoryStore implements EventStore {
  readonly epoch = 1n;
  readonly #log: Stored[] = [];
  readonly #streams = new Map<string, Stream>();
  readonly #appends = new Map<string, { readonly hash: string; readonly outcome: Appended }>();
  readonly #listeners = new Set<() => void>();
  readonly #now: () => EpochMs;
  readonly #start: Position;
  #waiting: Waiting[] = [];
  #closed = false;

  constructor({ now = Date.now, startPosition = START, streams = [] }: MemoryEventStoreOptions) {
    this.#now = now;
    this.#start = startPosition;
    for (const { stream, version } of streams) this.#streams.set(stream, { version, closed: false, events: [] });
  }

  async append(request: AppendRequest): Promise<AppendOutcome> {
    const prepared = prepareRequest(request);
    if (this.#closed) throw new Error('the event store was closed');
    return new Promise((resolve) => {
      this.#waiting.push({ request: prepared, resolve });
      // A commit takes a turn of the event loop at least, as a real one does: nobody sees an event before it is stored.
      if (this.#waiting.length === 1) setImmediate(() => this.#commit());
    });
  }

  async readAll(after: Position, limit: number): Promise<LogPage> {
    await turn();
    const from = Number(after > this.#start ? after - this.#start : 0n);
    return pageOf(this.#log.slice(from, from + limit), limit);
  }

  async eventAt(position: Position): Promise<RecordedEvent | undefined> {
    const { events } = await this.readAll(position - 1n, 1);
    return events.find((event) => event.position === position);
  }

  async readStream(stream: string, afterVersion: number, limit: number): Promise<LogPage> {
    await turn();
    const events = this.#streams.get(stream)?.events ?? [];
    const found = events.filter(({ version }) => version > afterVersion);
    return pageOf(found.slice(0, limit), limit);
  }

  async head(): Promise<Position> {
    await turn();
    return this.#head();
  }

  async positionAt(time: EpochMs): Promise<Position> {
    await turn();
    const found = this.#log.findLast(({ recordedAt }) => recordedAt <= time);
    return found?.position ?? this.#start;
  }

  distance(after: Position, upTo: Position): number {
    const from = after > this.#start ? after : this.#start;
    return upTo > from ? Number(upTo - from) : 0;
  }

  onAppended(listener: () => void): () => void {
    // Wrapped, so that one function may listen twice.
    const entry = (): void => {
      listener();
    };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    while (this.#waiting.length > 0) await turn();
    this.#listeners.clear();
  }

  #head(): Position {
    return this.#start + BigInt(this.#log.length);
  }

  #commit(): void {
    const flush = this.#waiting;
    this.#waiting = [];
    // Time does not go backwards in the log, whatever the clock does.
    const recordedAt = Math.max(Math.floor(this.#now()), this.#log.at(-1)?.recordedAt ?? -Infinity);
    const outcomes = flush.map(({ request }) => this.#decide(request, recordedAt));
    flush.forEach(({ resolve }, index) => {
      const outcome = outcomes[index];
      if (outcome) resolve(outcome);
    });
    if (outcomes.some(({ status }) => status === 'appended')) for (const listener of this.#listeners) listener();
  }

  #decide(request: PreparedRequest, recordedAt: EpochMs): AppendOutcome {
    const id = request.appendId;
    const hash = Buffer.from(request.requestHash).toString('hex');
    const before = this.#appends.get(id);
    if (before) return before.hash === hash ? { ...before.outcome, status: 'repeated' } : { status: 'id-reused' };
    for (const part of request.parts) {
      const refusal = this.#refusal(part);
      if (refusal) return refusal;
    }
    const firstPosition = this.#head() + (request.rows > 0 ? 1n : 0n);
    const versions = request.parts.map((part) => this.#store(part, recordedAt));
    const outcome: Appended = { status: 'appended', firstPosition, lastPosition: this.#head(), recordedAt, versions };
    this.#appends.set(id, { hash, outcome });
    return outcome;
  }

  #refusal({ stream, expect }: PreparedPart): AppendOutcome | undefined {
    const state = this.#streams.get(stream);
    if (state?.closed === true) return { status: 'closed', stream };
    const actualVersion = state?.version ?? 0;
    if (expect === 'any' || (expect === 'exists' && state)) return undefined;
    const wanted = expect === 'none' ? 0 : expect === 'exists' ? undefined : expect.version;
    return wanted === actualVersion ? undefined : { status: 'conflict', stream, actualVersion };
  }

  #store({ stream, events, closes }: PreparedPart, recordedAt: EpochMs): number {
    const state = this.#streams.get(stream) ?? { version: 0, closed: false, events: [] };
    this.#streams.set(stream, state);
    for (const event of events) {
      const stored: Stored = { ...event, stream, version: ++state.version, position: this.#head() + 1n, recordedAt };
      state.events.push(stored);
      this.#log.push(stored);
    }
    state.closed ||= closes;
    return state.version;
  }
}

/** A turn of the event loop: readers that never pause would otherwise keep everybody else from working. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function pageOf(found: readonly Stored[], limit: number): LogPage {
  let characters = 0;
  const tooMuch = found.findIndex(({ data, meta }, index) => {
    characters += data.length + meta.length;
    return index > 0 && characters > MAX_PAGE_CHARACTERS;
  });
  const events = tooMuch === -1 ? found : found.slice(0, tooMuch);
  return { events: events.map(recorded), full: tooMuch !== -1 || found.length === limit };
}

/** A copy with each reading: what a reader does to it, no other reader sees. */
const recorded = ({ data, meta, ...event }: Stored): RecordedEvent => ({
  ...event,
  data: JSON.parse(data) as unknown,
  meta: JSON.parse(meta) as EventMeta,
});
