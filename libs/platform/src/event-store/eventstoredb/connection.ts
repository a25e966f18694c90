import { setTimeout as sleep } from 'node:timers/promises';
import {
  AccessDeniedError,
  type AllStreamSubscription,
  type AppendToStreamOptions,
  EventStoreDBClient,
  MaxAppendSizeExceededError,
  NO_STREAM,
  type Position as LogPosition,
  StreamDeletedError,
  StreamNotFoundError,
  type StreamingRead,
  streamNameFilter,
  UnknownError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import {
  AppendOutcomeUnknownError,
  AppendTooLargeError,
  StoreGuardError,
  StoreUnavailableError,
} from '../event-store.port.js';
import { eventStoreDbAddress } from './address.js';
import type { Written } from './records.js';
import { Places } from './turns.js';

/**
 * Appends share one gRPC stream. Its buffer holds 16 messages before the client makes them wait, and what waits when the stream
 * breaks ends as an unhandled rejection (client 6.2.1): fewer than that are on their way at once.
 */
const APPENDS_AT_ONCE = 15;
/** A server allows some 100 streams on a connection, and the client makes more wait without a word. */
const READS_AT_ONCE = 64;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 1_000;

export interface Timing {
  /** An answer that takes longer is given up, and asked for again. */
  readonly answerMs: number;
  /** How long one request is tried again before its caller is told. */
  readonly patienceMs: number;
}

interface Shared {
  readonly url: string;
  readonly reader: EventStoreDBClient;
  writer: EventStoreDBClient;
  /** Last moment at which the writer was answered, or told that it would not be. */
  heardAt: number;
  replacing: Promise<void> | undefined;
  readonly appends: Places;
  readonly reads: Places;
  users: number;
}

/**
 * The client keeps the answers it waits for in one map for all of its instances, and a break of one instance's stream makes the
 * answer on another's an uncaught error (client 6.2.1): a process has one server, and one instance that appends. Reading has its own,
 * so that an error of a read does not replace the channel under the appends.
 */
let shared: Shared | undefined;

function share(url: string): Shared {
  if (shared && shared.url !== url)
    throw new Error('a process talks to one EventStoreDB: the client mixes up the answers of two');
  const address = eventStoreDbAddress(url);
  // What the client says of one that it cannot read repeats it, with the password in it.
  if (!address)
    throw new StoreGuardError(
      'SAFAR_EVENTSTORE_URL is not the address of an EventStoreDB.',
      'Write it as esdb://user:password@host:2113.',
    );
  if (!address.throwsOnFailure)
    throw new StoreGuardError(
      'With throwOnAppendFailure=false the client reports wrong revisions.',
      'Remove it from the connection string.',
    );
  shared ??= {
    url,
    reader: EventStoreDBClient.connectionString(url),
    writer: EventStoreDBClient.connectionString(url),
    heardAt: 0,
    replacing: undefined,
    appends: new Places(APPENDS_AT_ONCE),
    reads: new Places(READS_AT_ONCE),
    users: 0,
  };
  shared.users++;
  return shared;
}

/**
 * A stream of appends that is not answered any more, and not told of as broken: a client that replaced its channel in the middle of
 * opening a stream may keep one on the closed channel, and use it for ever (client 6.2.1). The old one ends before there is a new one,
 * since its end is the end of every append that waits.
 */
async function replaceWriter(of: Shared, withinMs: number): Promise<void> {
  of.replacing ??= (async () => {
    // It ends at once. If it does not, appends shall not wait for it.
    await Promise.race([of.writer.dispose().catch(() => undefined), sleep(withinMs, undefined, { ref: false })]);
    // Nobody would close it.
    if (of.users > 0) of.writer = EventStoreDBClient.connectionString(of.url);
    of.heardAt = performance.now();
    of.replacing = undefined;
  })();
  await of.replacing;
}

class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/** $all can be read from the beginning of a record only. */
export class NoSuchPositionError extends Error {
  override readonly name = 'NoSuchPositionError';
  readonly remedy = 'Name the position of an event, as Safar told it.';
  constructor() {
    super('the log cannot be read from here: no event has this position');
  }
}

/** The one connection of this process, with what the client lacks: answers in time, second tries, limits. */
export class Connection {
  readonly #shared: Shared;
  #open = true;

  constructor(
    url: string,
    private readonly timing: Timing,
  ) {
    this.#shared = share(url);
  }

  /**
   * Appends at a revision (-1: to a new stream); false when the stream is not there. A lost answer is asked for again with the same
   * event ids, which the server knows: at an exact revision that is sure.
   * @throws AppendOutcomeUnknownError, AppendTooLargeError, StoreGuardError
   */
  async write(stream: string, events: readonly Written[], revision: bigint): Promise<boolean> {
    const expectedRevision = revision < 0n ? NO_STREAM : revision;
    try {
      await this.#again(() => this.#append(stream, events, { expectedRevision, requiresLeader: true }));
      return true;
    } catch (error) {
      if (error instanceof WrongExpectedVersionError) return false;
      throw isFinal(error) ? asOurs(error) : new AppendOutcomeUnknownError(`no answer to an append: ${textOf(error)}`);
    }
  }

  /** Appends once, whatever the stream has; nobody relies on it. */
  async note(stream: string, event: Written): Promise<void> {
    await this.#append(stream, [event], {});
  }

  /**
   * All that a read gives; undefined when there is no such stream.
   * @throws StoreUnavailableError, StoreGuardError, NoSuchPositionError
   */
  async read<Item>(start: (client: EventStoreDBClient) => StreamingRead<Item>): Promise<readonly Item[] | undefined> {
    try {
      return await this.#again(() => this.#shared.reads.with(() => this.#collect(start(this.#shared.reader))));
    } catch (error) {
      if (error instanceof StreamNotFoundError) return undefined;
      throw isFinal(error) ? asOurs(error) : new StoreUnavailableError(`no answer to a read: ${textOf(error)}`);
    }
  }

  /** Follows $all after a position; never by itself again after an error. */
  subscribe(
    prefixes: readonly string[],
    after: LogPosition,
    checkpointReached: (position: LogPosition) => void,
  ): AllStreamSubscription {
    const filter = streamNameFilter({
      prefixes: [...prefixes],
      checkpointInterval: 1,
      checkpointReached: (_, position) => {
        checkpointReached(position);
      },
    });
    return this.#shared.reader.subscribeToAll({ fromPosition: after, filter, requiresLeader: true });
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    if (--this.#shared.users > 0) return;
    if (shared === this.#shared) shared = undefined;
    await Promise.all([this.#shared.reader.dispose(), this.#shared.writer.dispose()]);
  }

  #append(stream: string, events: readonly Written[], options: AppendToStreamOptions): Promise<void> {
    return this.#shared.appends.with(async () => {
      const begunAt = performance.now();
      try {
        await this.#inTime(this.#shared.writer.appendToStream(stream, [...events], options));
        this.#shared.heardAt = performance.now();
      } catch (error) {
        if (!(error instanceof NoAnswerError)) this.#shared.heardAt = performance.now();
        // One lost answer is one; where nothing at all was heard meanwhile, nothing will be.
        else if (this.#shared.heardAt < begunAt) await replaceWriter(this.#shared, this.timing.answerMs);
        throw error;
      }
    });
  }

  async #again<Result>(work: () => Promise<Result>): Promise<Result> {
    const until = performance.now() + this.timing.patienceMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return await work();
      } catch (error) {
        if (isFinal(error) || performance.now() + pauseMs > until) throw error;
      }
      await sleep(pauseMs);
    }
  }

  async #collect<Item>(reading: StreamingRead<Item>): Promise<readonly Item[]> {
    const items: Item[] = [];
    const whole = new Promise<readonly Item[]>((resolve, reject) => {
      reading.on('data', (item: Item) => items.push(item));
      reading.on('end', () => {
        resolve(items);
      });
      reading.on('error', reject);
    });
    try {
      return await this.#inTime(whole);
    } catch (error) {
      void reading.cancel().catch(() => undefined);
      throw error;
    }
  }

  async #inTime<Result>(answer: Promise<Result>): Promise<Result> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new NoAnswerError(`no answer within ${String(this.timing.answerMs)} ms`));
      }, this.timing.answerMs);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** As servers up to 23.10 answer a read of $all from within a record, and as later ones do. */
const isNoPosition = (error: unknown): boolean =>
  error instanceof UnknownError && /ReadAllResult: Error|invalid.?position/i.test(error.message);

/** Asking again would give the same. */
const isFinal = (error: unknown): boolean =>
  error instanceof WrongExpectedVersionError ||
  error instanceof StreamNotFoundError ||
  error instanceof MaxAppendSizeExceededError ||
  error instanceof StreamDeletedError ||
  error instanceof AccessDeniedError ||
  isNoPosition(error);

function asOurs(error: unknown): unknown {
  if (isNoPosition(error)) return new NoSuchPositionError();
  if (error instanceof MaxAppendSizeExceededError) return new AppendTooLargeError(error.maxAppendSize);
  if (error instanceof StreamDeletedError)
    return new StoreGuardError(
      `The stream ${error.streamName} was deleted.`,
      'Restore a backup: streams of Safar are never deleted, an erasure destroys keys.',
    );
  if (error instanceof AccessDeniedError)
    return new StoreGuardError(
      'The server denied access.',
      'The account of SAFAR_EVENTSTORE_URL must be allowed to write, and to read $all.',
    );
  return error;
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
