import { randomUUID } from 'node:crypto';
import type { EpochMs, Position, RecordedEvent } from '#kernel';
import {
  type AppendOutcome,
  AppendOutcomeUnknownError,
  type AppendRequest,
  type FinishedFlush,
  type LogPage,
  type OperatedEventStore,
  type ReplayOptions,
  StoreBusyError,
  StoreFencedError,
  StoreUnavailableError,
} from '../event-store.port.js';
import { prepareRequest, type PreparedRequest } from '../prepared-request.js';
import { replayLog } from '../replay-log.js';
import type { EventStoreDbPlace } from './admin.js';
import { Appender } from './appender.js';
import { ClockEntries } from './clock-entries.js';
import { Connection } from './connection.js';
import { FollowedLog } from './followed-log.js';
import { LogReader } from './log-reader.js';
import { namesIn, type Names } from './names.js';
import { PastAppends } from './past-appends.js';
import { demandEpoch, openStoreRecord, type StoreIdentity, type StoreRecord, storeRecord } from './store-record.js';
import { StreamHeads } from './stream-heads.js';
import { Turns } from './turns.js';

/** `esdb://…`; its account must be allowed to read $all. */
export interface EventStoreDbOptions extends EventStoreDbPlace {
  /** Whose log it is; unless told, whatever is there, or a new one. */
  readonly identity?: StoreIdentity;
  /** Refuses a store in another epoch than this one. */
  readonly expectedEpoch?: bigint;
  /** Most events that wait for the store or are on their way to it; 20,000 unless told. */
  readonly queueLimit?: number;
  /** An answer that takes longer is given up and asked for again; 5,000 unless told. */
  readonly answerMs?: number;
  /** How long an append or a read is tried before its caller is told; 15,000 unless told. */
  readonly patienceMs?: number;
  /** How long a claim of another process is waited for before it is given up for it; 1,000 unless told. */
  readonly claimMs?: number;
  /** How often the head is looked at, should the subscription be silent; 1,000 unless told. */
  readonly pollMs?: number;
  /** An entry by which positions are found by time is written at least so often while events are; 60,000 unless told. */
  readonly tickMs?: number;
  /** How often a process that appends nothing looks whether it was fenced; 5,000 unless told. */
  readonly epochCheckMs?: number;
  /** An append is over. */
  readonly onFlushed?: ((flush: FinishedFlush) => void) | undefined;
}

const DEFAULT_QUEUE_EVENTS = 20_000;
/** What the queue may hold in memory, whatever the size of its events. */
const QUEUE_BYTES = 64_000_000;
const BUSY_RETRY_MS = 500;
/** Heads of streams that are remembered. */
const REMEMBERED = 20_000;
/** A transaction of the server is small; what does not come in so many polls is stuck. */
const STALLED_POLLS = 5;
const FOLLOW_PAUSE_MS = 100;
const EPOCH_CHECK_MS = 5_000;

/**
 * Opens the log on an EventStoreDB; founds it when there is none of this name.
 * @throws StoreGuardError when it cannot be used as it is; the remedy is in it.
 */
export async function openEventStoreDb(options: EventStoreDbOptions): Promise<OperatedEventStore> {
  const { answerMs = 5_000, patienceMs = 15_000 } = options;
  const names = namesIn(options.namespace ?? 'safar');
  const connection = new Connection(options.url, { answerMs, patienceMs });
  try {
    const whatever = async (): Promise<StoreIdentity> => ({
      storeId: (await storeRecord(connection, names))?.storeId ?? randomUUID(),
      beginsIn: 1n,
    });
    const record = await openStoreRecord(connection, names, options.identity ?? (await whatever()));
    if (options.expectedEpoch !== undefined && options.expectedEpoch !== record.epoch)
      throw new StoreFencedError(
        `The store is in epoch ${record.epoch.toString()}, not ${options.expectedEpoch.toString()}.`,
        'Start this process again.',
      );
    const reader = new LogReader(connection, names, record.floor);
    return new EventStoreDb(options, { connection, names, record, reader, head: await reader.head() });
  } catch (error) {
    await connection.close();
    throw error;
  }
}

interface Opened {
  readonly connection: Connection;
  readonly names: Names;
  readonly record: StoreRecord;
  readonly reader: LogReader;
  readonly head: Position;
}

class EventStoreDb implements OperatedEventStore {
  readonly epoch: bigint;
  readonly storeId: string;
  readonly fenced: Promise<StoreFencedError>;
  #tellFenced: (error: StoreFencedError) => void = () => undefined;
  readonly #names: Names;
  readonly #connection: Connection;
  readonly #reader: LogReader;
  readonly #clock: ClockEntries;
  readonly #appender: Appender;
  readonly #turns = new Turns();
  readonly #listeners = new Set<() => void>();
  readonly #followed: FollowedLog;
  readonly #poll: NodeJS.Timeout;
  readonly #epochCheck: NodeJS.Timeout;
  readonly #onFlushed: EventStoreDbOptions['onFlushed'];
  readonly #queueEvents: number;
  #events = 0;
  #bytes = 0;
  #requests = 0;
  #drained: () => void = () => undefined;
  #told: Position = 0n;
  #looking = false;
  #closing: Promise<void> | undefined;

  constructor(options: EventStoreDbOptions, { connection, names, record, reader, head }: Opened) {
    this.epoch = record.epoch;
    this.storeId = record.storeId;
    this.#names = names;
    this.#onFlushed = options.onFlushed;
    this.fenced = new Promise((resolve) => {
      this.#tellFenced = resolve;
    });
    this.#connection = connection;
    this.#queueEvents = options.queueLimit ?? DEFAULT_QUEUE_EVENTS;
    this.#reader = reader;
    this.#told = head;
    this.#clock = new ClockEntries(connection, names, options.tickMs ?? 60_000);
    const appends = new PastAppends(connection, names);
    const claimMs = options.claimMs ?? 1_000;
    this.#appender = new Appender({
      ...{ connection, names, appends, patienceMs: options.patienceMs ?? 15_000 },
      heads: new StreamHeads(connection, names, appends, { claimMs, remembered: REMEMBERED }),
      eventBefore: (position) => this.#reader.eventBefore(position),
    });
    const pollMs = options.pollMs ?? 1_000;
    this.#followed = new FollowedLog(connection, {
      prefixes: names.followed,
      after: head > record.floor ? head : record.floor,
      onEvent: ({ position }) => {
        this.#tell(position);
      },
      stalledMs: pollMs * STALLED_POLLS,
      pauseMs: FOLLOW_PAUSE_MS,
    });
    this.#poll = setInterval(() => void this.#lookAtHead(), pollMs).unref();
    const checkEpoch = (): void => void this.checkWritable().catch(() => undefined);
    this.#epochCheck = setInterval(checkEpoch, options.epochCheckMs ?? EPOCH_CHECK_MS).unref();
  }

  get load(): { readonly events: number; readonly requests: number } {
    return { events: this.#events, requests: this.#requests };
  }

  async checkWritable(): Promise<void> {
    try {
      demandEpoch(await storeRecord(this.#connection, this.#names), this.epoch);
    } catch (error) {
      if (error instanceof StoreFencedError) this.#tellFenced(error);
      throw error;
    }
  }

  async append(request: AppendRequest): Promise<AppendOutcome> {
    const prepared = prepareRequest(request);
    if (this.#closing) throw new Error('the event store was closed');
    this.#admit(prepared);
    const [startedAt, began] = [Date.now(), performance.now()];
    let failed = true;
    try {
      const keys = [prepared.appendId, ...prepared.parts.map(({ stream }) => ` ${stream}`)];
      const outcome = await this.#turns.take(keys, () => this.#appender.append(prepared));
      if (outcome.status === 'appended') {
        this.#clock.noteAppend(prepared.rows);
        this.#tell(outcome.lastPosition);
      }
      failed = false;
      return outcome;
    } catch (error) {
      // It may have been the last of its reads, after the write that decides.
      if (error instanceof StoreUnavailableError)
        throw new AppendOutcomeUnknownError(`an append broke off: ${error.message}`, { cause: error });
      throw error;
    } finally {
      this.#onFlushed?.({
        ...{ startedAt, durationMs: performance.now() - began, events: prepared.rows, failed },
        metadata: () => metadataOf(prepared),
      });
      this.#events -= prepared.rows;
      this.#bytes -= prepared.bytes;
      if (--this.#requests === 0) this.#drained();
    }
  }

  readAll(after: Position, limit: number): Promise<LogPage> {
    return this.#reader.readAll(after, limit);
  }

  eventAt(position: Position): Promise<RecordedEvent | undefined> {
    return this.#reader.eventAt(position);
  }

  readStream(stream: string, afterVersion: number, limit: number): Promise<LogPage> {
    return this.#reader.readStream(stream, afterVersion, limit);
  }

  replay(after: Position, options?: ReplayOptions): AsyncIterable<readonly RecordedEvent[]> {
    return replayLog(this.#reader, after, options);
  }

  distance(after: Position, upTo: Position): number {
    return this.#reader.distance(after, upTo);
  }

  head(): Promise<Position> {
    return this.#reader.head();
  }

  async positionAt(time: EpochMs): Promise<Position> {
    return this.#reader.positionAt(time, await this.#clock.before(time));
  }

  async settledPositionAt(time: EpochMs): Promise<Position | undefined> {
    return (await this.#clock.isOver(time)) ? this.positionAt(time) : undefined;
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

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#poll);
    clearInterval(this.#epochCheck);
    if (this.#requests > 0)
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    await this.#followed.close();
    this.#listeners.clear();
    await this.#connection.close();
  }

  #admit({ rows, bytes }: PreparedRequest): void {
    const isFull = this.#events + rows > this.#queueEvents || this.#requests >= this.#queueEvents;
    if (this.#requests > 0 && (isFull || this.#bytes + bytes > QUEUE_BYTES)) throw new StoreBusyError(BUSY_RETRY_MS);
    this.#events += rows;
    this.#bytes += bytes;
    this.#requests++;
  }

  async #lookAtHead(): Promise<void> {
    // A server that answers slowly is not asked more often than it answers.
    if (this.#looking) return;
    this.#looking = true;
    const head = await this.#reader.head().catch(() => undefined);
    this.#looking = false;
    if (head === undefined || this.#closing) return;
    this.#followed.noteHead(head);
    this.#tell(head);
  }

  #tell(position: Position): void {
    if (position <= this.#told) return;
    this.#told = position;
    for (const listener of [...this.#listeners]) listener();
  }
}

function* metadataOf({ parts }: PreparedRequest): Generator<string> {
  for (const { events } of parts) for (const { meta } of events) yield meta;
}
