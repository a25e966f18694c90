/** An event as it is asked to be stored. */
export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** An event in the log of the fake. */
export interface FakeRecord extends ProposedEvent {
  readonly stream: string;
  readonly revision: bigint;
  /** Commit and prepare position, which are the same for everything that is written over gRPC. */
  readonly position: bigint;
  /** Unix time in milliseconds. */
  readonly created: number;
}

export type ExpectedRevision = 'any' | 'no-stream' | 'exists' | bigint;

export type AppendResult =
  | { readonly status: 'stored'; readonly revision: bigint; readonly position: bigint }
  | { readonly status: 'wrong-expected-version'; readonly current: bigint | undefined }
  | { readonly status: 'deleted' }
  | { readonly status: 'too-large'; readonly limit: number };

/** The server's default of `MaxAppendSize`. */
const MAX_APPEND_BYTES = 1_048_576;
/** Of a record's header in the log; any number would do. */
const BYTES_BESIDE_DATA = 96n;

interface FakeStream {
  readonly events: FakeRecord[];
  tombstoned: boolean;
  /** Soft deleted: events before this revision are not read any more. */
  truncateBefore: bigint;
}

/**
 * The log of an EventStoreDB in memory, with the semantics of its index writer and its readers: idempotency by event id (sure at
 * an expected revision, best effort at `any`), soft deletes that let `no stream` pass, tombstones, links, one time for each record.
 */
export class FakeLog {
  readonly #records: FakeRecord[] = [];
  readonly #streams = new Map<string, FakeStream>();
  readonly #listeners = new Set<() => void>();
  #end: bigint;

  constructor(
    startPosition: bigint,
    private readonly now: () => number,
  ) {
    this.#end = startPosition;
  }

  append(stream: string, expected: ExpectedRevision, events: readonly ProposedEvent[]): AppendResult {
    const bytes = events.reduce(
      (sum, { type, data, metadata }) => sum + type.length * 2 + data.length + metadata.length,
      0,
    );
    if (bytes > MAX_APPEND_BYTES) return { status: 'too-large', limit: MAX_APPEND_BYTES };
    const state = this.#streams.get(stream);
    if (state?.tombstoned === true) return { status: 'deleted' };
    const current = BigInt(state?.events.length ?? 0) - 1n;
    const softDeleted = state !== undefined && state.truncateBefore > current;
    if (expected === 'exists' && (current < 0n || softDeleted))
      return softDeleted ? { status: 'deleted' } : { status: 'wrong-expected-version', current: undefined };
    const verdict = this.#check(state, current, expected, events);
    if (verdict === 'repeated') return this.#repeated(state, expected, events);
    if (verdict === 'wrong' && !(softDeleted && expected === 'no-stream'))
      return { status: 'wrong-expected-version', current: current < 0n ? undefined : current };
    return this.#store(stream, events);
  }

  /** Events of a stream from a revision on; undefined when there is no such stream, or none to be seen. */
  read(stream: string): readonly FakeRecord[] | 'deleted' | undefined {
    const state = this.#streams.get(stream);
    if (state?.tombstoned === true) return 'deleted';
    if (!state) return undefined;
    const visible = state.events.slice(Number(state.truncateBefore));
    return visible.length > 0 ? visible : undefined;
  }

  /** The event that a link points to. */
  resolve(link: FakeRecord): FakeRecord | undefined {
    const text = Buffer.from(link.data).toString('utf8');
    const at = text.indexOf('@');
    const records = this.read(text.slice(at + 1));
    if (records === undefined || records === 'deleted') return undefined;
    return records.find(({ revision }) => revision === BigInt(text.slice(0, at)));
  }

  /** Everything, in the order of the log. */
  get all(): readonly FakeRecord[] {
    return this.#records;
  }

  /** Whether a position is the beginning of a record, or lies beyond the end: from elsewhere the log cannot be read. */
  isReadable(position: bigint): boolean {
    return position === 0n || position >= this.#end || this.#indexOf(position) !== undefined;
  }

  /** Number of records before a position. */
  countBefore(position: bigint): number {
    let [low, high] = [0, this.#records.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#records[middle]?.position ?? 0n) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  tombstone(stream: string): void {
    this.#stream(stream).tombstoned = true;
  }

  softDelete(stream: string): void {
    const state = this.#stream(stream);
    state.truncateBefore = BigInt(state.events.length);
  }

  onAppended(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #indexOf(position: bigint): number | undefined {
    const index = this.countBefore(position);
    return this.#records[index]?.position === position ? index : undefined;
  }

  #check(
    state: FakeStream | undefined,
    current: bigint,
    expected: ExpectedRevision,
    events: readonly ProposedEvent[],
  ): 'new' | 'repeated' | 'wrong' {
    if (expected === 'any' || expected === 'exists') {
      const [first] = events;
      return first && state?.events.some(({ id }) => id === first.id) === true ? 'repeated' : 'new';
    }
    const revision = expected === 'no-stream' ? -1n : expected;
    if (revision === current) return 'new';
    if (revision > current) return 'wrong';
    const same = events.every(({ id }, index) => state?.events[Number(revision) + 1 + index]?.id === id);
    return same ? 'repeated' : 'wrong';
  }

  #repeated(state: FakeStream | undefined, expected: ExpectedRevision, events: readonly ProposedEvent[]): AppendResult {
    const lastId = events.at(-1)?.id;
    const found =
      typeof expected === 'bigint'
        ? state?.events[Number(expected) + events.length]
        : state?.events.find(({ id }) => id === lastId);
    return { status: 'stored', revision: found?.revision ?? -1n, position: found?.position ?? -1n };
  }

  #store(stream: string, events: readonly ProposedEvent[]): AppendResult {
    const state = this.#stream(stream);
    for (const event of events) {
      const record: FakeRecord = {
        ...event,
        stream,
        revision: BigInt(state.events.length),
        position: this.#end,
        created: this.now(),
      };
      state.events.push(record);
      this.#records.push(record);
      this.#end += BYTES_BESIDE_DATA + BigInt(event.data.length + event.metadata.length);
    }
    for (const listener of [...this.#listeners]) listener();
    const last = state.events.at(-1);
    return { status: 'stored', revision: last?.revision ?? -1n, position: last?.position ?? -1n };
  }

  #stream(name: string): FakeStream {
    const known = this.#streams.get(name);
    if (known) return known;
    const made: FakeStream = { events: [], tombstoned: false, truncateBefore: 0n };
    this.#streams.set(name, made);
    return made;
  }
}
