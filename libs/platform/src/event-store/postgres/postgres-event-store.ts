import { randomInt } from 'node:crypto';
import type { EpochMs, Position, RecordedEvent } from '#kernel';
import { createPool } from '#platform/postgres';
import type pg from 'pg';
import {
  type AppendOutcome,
  type AppendRequest,
  type FinishedFlush,
  type LogPage,
  type OperatedEventStore,
  type ReplayOptions,
  StoreFencedError,
} from '../event-store.port.js';
import { prepareRequest } from '../prepared-request.js';
import { replayLog } from '../replay-log.js';
import { AppendedSignal } from './appended-signal.js';
import { EventReader } from './event-reader.js';
import { GroupCommit } from './group-commit.js';
import { HighWaterMark } from './high-water-mark.js';
import { Partitions } from './partitions.js';
import { checkStore, checkWritable } from './store-state.js';
import { WriterConnection, type WriterSettings } from './writer-connection.js';

export interface PostgresEventStoreOptions {
  /** Connection string; its account must be a member of the role safar_app. */
  readonly url: string;
  /** Shown in pg_stat_activity; `safar` unless told. */
  readonly applicationName?: string;
  /** Most events that wait for the store or are on their way to it; more are refused as busy. 20,000 unless told. */
  readonly queueLimit?: number;
  /** Connections for reading; 4 unless told. */
  readonly readConnections?: number;
  /** Refuses a store in another epoch than this one. */
  readonly expectedEpoch?: bigint;
  /** How often the head is looked at, should a notification be lost; 1,000 unless told. */
  readonly pollMs?: number;
  /** A flush without answer is given up after so long, and asked for again on a new connection; 10,000 unless told. */
  readonly flushTimeoutMs?: number;
  /** How long a lost connection is tried to be replaced before callers are told; 10,000 unless told. */
  readonly patienceMs?: number;
  /** A group commit is over. */
  readonly onFlushed?: (flush: FinishedFlush) => void;
}

export type PostgresEventStore = OperatedEventStore;

/** How often a process that appends nothing looks whether it was fenced. */
const EPOCH_CHECK_MS = 5_000;
const DEFAULT_QUEUE_EVENTS = 20_000;
/** What the queue may hold in memory, whatever the size of its events. */
const QUEUE_BYTES = 64_000_000;

/**
 * Opens the log in a database with its migrations done.
 * @throws StoreGuardError when it cannot be used as it is; the remedy is in it.
 */
export async function openPostgresEventStore(options: PostgresEventStoreOptions): Promise<PostgresEventStore> {
  const { url, applicationName = 'safar', readConnections = 4 } = options;
  const pool = createPool({ url, max: readConnections, applicationName });
  try {
    const { storeId, epoch, partitionRows } = await checkStore(pool, options.expectedEpoch);
    const partitions = new Partitions(pool, partitionRows);
    await partitions.ensure();
    const writer: WriterSettings = {
      url,
      applicationName,
      epoch,
      writer: randomInt(2 ** 31),
      flushTimeoutMs: options.flushTimeoutMs ?? 10_000,
    };
    return new PostgresStore(options, {
      storeId,
      pool,
      partitions,
      writer,
      connection: await WriterConnection.open(writer),
    });
  } catch (error) {
    await pool.end();
    throw error;
  }
}

interface Opened {
  readonly storeId: string;
  readonly pool: pg.Pool;
  readonly partitions: Partitions;
  readonly writer: WriterSettings;
  readonly connection: WriterConnection;
}

class PostgresStore implements OperatedEventStore {
  readonly epoch: bigint;
  readonly storeId: string;
  readonly #reader: EventReader;
  readonly #signal: AppendedSignal;
  readonly #mark: HighWaterMark;
  readonly #commits: GroupCommit;
  readonly #epochCheck: NodeJS.Timeout;
  readonly fenced: Promise<StoreFencedError>;
  #tellFenced: (error: StoreFencedError) => void = () => undefined;
  #closing: Promise<void> | undefined;

  constructor(
    options: PostgresEventStoreOptions,
    private readonly opened: Opened,
  ) {
    const { pool, partitions, writer, connection } = opened;
    this.epoch = writer.epoch;
    this.storeId = opened.storeId;
    this.#reader = new EventReader(pool);
    this.#mark = new HighWaterMark(pool);
    this.#signal = new AppendedSignal({
      url: options.url,
      applicationName: writer.applicationName,
      self: String(writer.writer),
      pool,
      head: () => this.#reader.head(),
      pollMs: options.pollMs ?? 1_000,
    });
    const events = options.queueLimit ?? DEFAULT_QUEUE_EVENTS;
    this.#commits = new GroupCommit(
      {
        limits: { events, requests: events, bytes: QUEUE_BYTES },
        connect: () => WriterConnection.open(writer),
        makeRoom: (rows) => partitions.ensure(BigInt(rows)),
        onCommitted: (last) => {
          this.#committed(last);
        },
        patienceMs: options.patienceMs ?? 10_000,
        onFlushed: options.onFlushed,
      },
      connection,
    );
    this.fenced = new Promise((resolve) => {
      this.#tellFenced = resolve;
    });
    this.#epochCheck = setInterval(() => void this.checkWritable().catch(() => undefined), EPOCH_CHECK_MS).unref();
  }

  get load(): { readonly events: number; readonly requests: number } {
    return this.#commits.load;
  }

  async append(request: AppendRequest): Promise<AppendOutcome> {
    try {
      return await this.#commits.append(prepareRequest(request));
    } catch (error) {
      this.#noteFence(error);
      throw error;
    }
  }

  async checkWritable(): Promise<void> {
    try {
      await checkWritable(this.opened.pool, this.epoch);
    } catch (error) {
      this.#noteFence(error);
      throw error;
    }
  }

  #noteFence(error: unknown): void {
    if (error instanceof StoreFencedError) this.#tellFenced(error);
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

  head(): Promise<Position> {
    return this.#reader.head();
  }

  positionAt(time: EpochMs): Promise<Position> {
    return this.#reader.positionAt(time);
  }

  settledPositionAt(time: EpochMs): Promise<Position | undefined> {
    return this.#reader.settledPositionAt(time);
  }

  /** Positions have no holes. */
  distance(after: Position, upTo: Position): number {
    return upTo > after ? Number(upTo - after) : 0;
  }

  onAppended(listener: () => void): () => void {
    return this.#signal.listen(listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#epochCheck);
    await this.#commits.close();
    await this.#signal.close();
    await this.opened.partitions.settled();
    await this.#mark.close();
    await this.opened.pool.end();
  }

  #committed(last: Position): void {
    this.opened.partitions.reached(last);
    this.#mark.moved();
    this.#signal.appended(last);
  }
}
