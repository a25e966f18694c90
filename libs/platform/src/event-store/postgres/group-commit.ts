import { setTimeout as sleep } from 'node:timers/promises';
import type { Position } from '#kernel';
import {
  type AppendOutcome,
  AppendOutcomeUnknownError,
  type FinishedFlush,
  StoreBusyError,
} from '../event-store.port.js';
import type { PreparedRequest } from '../prepared-request.js';
import { AppendQueue, type WaitingAppend } from './append-queue.js';
import { asGuardError, classify } from './database-errors.js';
import { decodeOutcomes } from './flush-outcomes.js';
import { type WriterConnection } from './writer-connection.js';

export interface QueueLimits {
  /** Most events that wait or are on their way. */
  readonly events: number;
  readonly requests: number;
  readonly bytes: number;
}

export interface GroupCommitOptions {
  readonly limits: QueueLimits;
  readonly connect: () => Promise<WriterConnection>;
  /** Makes partitions for as many more events. */
  readonly makeRoom: (rows: number) => Promise<void>;
  /** Something was stored; the last position of it. */
  readonly onCommitted: (last: Position) => void;
  /** A flush is over, whatever came of it. */
  readonly onFlushed?: ((flush: FinishedFlush) => void) | undefined;
  /** How long a lost connection is tried to be replaced before callers are told. */
  readonly patienceMs: number;
}

/** A live append never waits long behind an import: 500 rows take about 10 ms. */
const FLUSH_LIMITS = { rows: 500, bytes: 4_000_000 };
/** One flush is worked on while another is answered and the next one encoded: 21 k → 35 k events/s at 64 callers. */
const FLUSHES_IN_FLIGHT = 2;
/** A second flush pays from about so many rows; below, its own commit costs more than the overlap gains. */
const SECOND_FLUSH_ROWS = 32;
/** A flush that fails so often, each time on a new connection or after a pause, is not tried again. */
const MAX_SENDS = 5;
const MAX_PAUSE_MS = 1_000;

/** A flush on its way. */
interface Flight {
  readonly appends: readonly WaitingAppend[];
  readonly rows: number;
  sends: number;
}

/**
 * Group commit: what was asked for while earlier flushes were on their way becomes the next one. No timer and no linger: an
 * idle writer flushes at the end of the turn of the event loop in which it was asked.
 */
export class GroupCommit {
  readonly #queue = new AppendQueue();
  #flying: Flight[] = [];
  /** Sent on a connection that was lost, or to be tried again: goes before everything else. */
  #again: Flight[] = [];
  #connection: WriterConnection | undefined;
  #busy = false;
  #pumpIsDue = false;
  #closed = false;
  #rowsPerMs = 1;
  readonly #drained: (() => void)[] = [];

  constructor(
    private readonly options: GroupCommitOptions,
    connection: WriterConnection,
  ) {
    this.#connection = connection;
  }

  append(request: PreparedRequest): Promise<AppendOutcome> {
    if (this.#closed) return Promise.reject(new Error('the event store was closed'));
    if (this.#isFull(request)) return Promise.reject(new StoreBusyError(this.#retryAfterMs()));
    return new Promise((resolve, reject) => {
      this.#queue.push({ request, resolve, reject });
      this.#pumpSoon();
    });
  }

  /** Waits for what was asked for, then lets go of the connection. */
  async close(): Promise<void> {
    this.#closed = true;
    if (!this.#isIdle()) await new Promise<void>((resolve) => this.#drained.push(resolve));
    await this.#connection?.end();
    this.#connection = undefined;
  }

  #isIdle(): boolean {
    return this.#queue.requests === 0 && this.#flying.length === 0 && this.#again.length === 0;
  }

  #isFull(request: PreparedRequest): boolean {
    const { limits } = this.options;
    const rows = this.#queue.rows + this.#rowsInFlight();
    // An idle store takes any request, however big.
    if (rows === 0 && this.#queue.requests === 0) return false;
    return (
      rows + request.rows > limits.events ||
      this.#queue.requests >= limits.requests ||
      this.#queue.bytes + request.bytes > limits.bytes
    );
  }

  #rowsInFlight(): number {
    let rows = 0;
    for (const flight of this.#flying) rows += flight.rows;
    for (const flight of this.#again) rows += flight.rows;
    return rows;
  }

  /** About as long as what waits will take. */
  #retryAfterMs(): number {
    const ms = (this.#queue.rows + this.#rowsInFlight()) / this.#rowsPerMs;
    return Math.round(Math.min(Math.max(ms, 100), 10_000));
  }

  /** At the end of the turn, so that everybody who was answered in it can ask for the next. */
  #pumpSoon(): void {
    if (this.#pumpIsDue) return;
    this.#pumpIsDue = true;
    setImmediate(() => {
      this.#pumpIsDue = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#busy) return;
    if (this.#isIdle()) {
      for (const resolve of this.#drained.splice(0)) resolve();
      return;
    }
    if (this.#connection?.lost === true && this.#flying.length === 0) this.#connection = undefined;
    if (!this.#connection) {
      void this.#reconnect();
      return;
    }
    if (this.#connection.lost) return;
    for (let flight = this.#nextFlight(); flight; flight = this.#nextFlight()) this.#send(this.#connection, flight);
  }

  #nextFlight(): Flight | undefined {
    if (this.#flying.length >= FLUSHES_IN_FLIGHT) return undefined;
    const again = this.#again.shift();
    if (again) return again;
    if (this.#queue.requests === 0 || (this.#flying.length > 0 && this.#queue.rows < SECOND_FLUSH_ROWS))
      return undefined;
    // Half of what is outstanding, so that two flushes of one size take turns.
    const half = Math.ceil((this.#queue.rows + this.#rowsInFlight()) / FLUSHES_IN_FLIGHT);
    const rows = Math.min(Math.max(half, SECOND_FLUSH_ROWS), FLUSH_LIMITS.rows);
    return flightOf(this.#queue.take({ rows, bytes: FLUSH_LIMITS.bytes }));
  }

  #send(connection: WriterConnection, flight: Flight): void {
    flight.sends++;
    this.#flying.push(flight);
    const requests = flight.appends.map(({ request }) => request);
    const sentAt = performance.now();
    const startedAt = Date.now();
    connection
      .flush(requests)
      .then((row) => {
        this.#land(flight);
        this.#tell(flight, startedAt, sentAt, false);
        this.#rowsPerMs = 0.9 * this.#rowsPerMs + (0.1 * flight.rows) / Math.max(performance.now() - sentAt, 0.1);
        const outcomes = decodeOutcomes(requests, row);
        let last: Position | undefined;
        outcomes.forEach((outcome, index) => {
          if (outcome.status === 'appended') last = outcome.lastPosition;
          flight.appends[index]?.resolve(outcome);
        });
        if (last !== undefined) this.options.onCommitted(last);
      })
      .catch((error: unknown) => {
        this.#land(flight);
        this.#tell(flight, startedAt, sentAt, true);
        this.#handle(error, flight, connection);
      })
      .finally(() => {
        this.#pumpSoon();
      });
  }

  /** What waits, and what is on its way. */
  get load(): { readonly events: number; readonly requests: number } {
    const requests = this.#flying.reduce((sum, { appends }) => sum + appends.length, this.#queue.requests);
    return { events: this.#queue.rows + this.#rowsInFlight(), requests };
  }

  #tell({ appends, rows }: Flight, startedAt: number, sentAt: number, failed: boolean): void {
    this.options.onFlushed?.({
      startedAt,
      durationMs: performance.now() - sentAt,
      events: rows,
      failed,
      metadata: () => metadataOf(appends),
    });
  }

  #land(flight: Flight): void {
    this.#flying = this.#flying.filter((other) => other !== flight);
  }

  #handle(error: unknown, flight: Flight, connection: WriterConnection): void {
    const kind = classify(error);
    switch (kind) {
      case 'lost':
        connection.destroy();
        if (flight.sends < MAX_SENDS) this.#again.push(flight);
        else reject(flight, unknownOutcome(error));
        return;
      case 'no-partition':
      case 'transient':
        if (flight.sends >= MAX_SENDS) {
          reject(flight, new StoreBusyError(MAX_PAUSE_MS));
          return;
        }
        this.#again.push(flight);
        void this.#recover(kind, flight);
        return;
      case 'guard':
        reject(flight, asGuardError(error) ?? asError(error));
        return;
      case 'refused':
        // One request of the flush did this; each is tried alone, so that the others do not suffer for it.
        if (flight.appends.length === 1) reject(flight, asError(error));
        else this.#queue.unshift(flight.appends.map((append) => ({ ...append, alone: true })));
        return;
    }
  }

  async #recover(kind: 'no-partition' | 'transient', flight: Flight): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      if (kind === 'no-partition') await this.options.makeRoom(flight.rows);
      else await sleep(pauseMs(flight.sends));
    } catch {
      // What could not be done now is tried again by the next send, of which there are only so many.
      await sleep(pauseMs(flight.sends));
    } finally {
      this.#busy = false;
      this.#pumpSoon();
    }
  }

  async #reconnect(): Promise<void> {
    this.#busy = true;
    const deadline = performance.now() + this.options.patienceMs;
    for (let tries = 1; !this.#connection; tries++) {
      try {
        this.#connection = await this.options.connect();
      } catch (error) {
        if (performance.now() > deadline) {
          this.#giveUp(error);
          break;
        }
        await sleep(pauseMs(tries));
      }
    }
    this.#busy = false;
    this.#pumpSoon();
  }

  /** The server cannot be reached: whoever waits is told, and the next append tries again. */
  #giveUp(error: unknown): void {
    for (const flight of this.#again.splice(0)) reject(flight, unknownOutcome(error));
    for (const append of this.#queue.drain()) append.reject(new StoreBusyError(MAX_PAUSE_MS));
  }
}

function* metadataOf(appends: readonly WaitingAppend[]): Generator<string> {
  for (const { request } of appends) for (const { events } of request.parts) for (const { meta } of events) yield meta;
}

const flightOf = (appends: readonly WaitingAppend[]): Flight => {
  let rows = 0;
  for (const { request } of appends) rows += request.rows;
  return { appends, rows, sends: 0 };
};

/** 10 ms, doubled with each try; a little chance keeps processes that lost the same server apart. */
const pauseMs = (tries: number): number => Math.min(10 * 2 ** tries, MAX_PAUSE_MS) * (0.75 + Math.random() / 2);

function reject({ appends }: Flight, error: Error): void {
  for (const append of appends) append.reject(error);
}

const unknownOutcome = (cause: unknown): AppendOutcomeUnknownError =>
  new AppendOutcomeUnknownError(
    'the answer to an append was lost: it is stored or it is not; retry with the same append id to learn which',
    { cause },
  );

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
