import { randomUUID } from 'node:crypto';
import { type EpochMs, type Position, START } from '#kernel';
import { BACKWARDS, FORWARDS, type RecordedEvent as StoredEvent } from '@eventstore/db-client';
import type { Connection } from './connection.js';
import type { Names } from './names.js';
import { json, positionOf } from './records.js';

const TICK_TYPE = 'safar.tick';
/** A search reads what lies between two entries, event by event. */
const EVENTS_BETWEEN = 500;
/** Entries that are written only to learn the server's time. */
const ASK_EVERY_MS = 100;

/**
 * EventStoreDB finds nothing by its time. So whoever appends writes an entry now and then; its own position and time, given by the
 * server like those of every event, say which positions a time lies between. A stream can be read from any revision, so entries
 * are searched by halves.
 */
export class ClockEntries {
  #lastMs = -Infinity;
  #eventsSince = 0;
  /** Everything that is written from now on gets this time or a later one. */
  #reached: EpochMs = -Infinity;
  #asking: Promise<void> | undefined;
  #askedAt = -Infinity;

  constructor(
    private readonly connection: Connection,
    private readonly names: Names,
    private readonly everyMs: number,
  ) {}

  /** After an append of so many events. A lost entry costs only the time that a search takes. */
  noteAppend(events: number): void {
    this.#eventsSince += events;
    if (performance.now() - this.#lastMs < this.everyMs && this.#eventsSince < EVENTS_BETWEEN) return;
    this.#lastMs = performance.now();
    this.#eventsSince = 0;
    this.connection.note(this.names.clock, json(randomUUID(), TICK_TYPE, {}, {})).catch(() => undefined);
  }

  /**
   * Whether nothing can be recorded at or before a time any more. The server's clock is seen in what it writes alone: where no entry is
   * later than the time, one more is written, by all who ask together, and not again in the next moments.
   */
  async isOver(time: EpochMs): Promise<boolean> {
    if (time >= this.#reached) await this.#look();
    if (time >= this.#reached && performance.now() - this.#askedAt >= ASK_EVERY_MS) {
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = undefined;
      });
      await this.#asking;
    }
    return time < this.#reached;
  }

  async #ask(): Promise<void> {
    this.#askedAt = performance.now();
    await this.connection.note(this.names.clock, json(randomUUID(), TICK_TYPE, {}, {})).catch(() => undefined);
    await this.#look();
  }

  async #look(): Promise<void> {
    const last = await this.#entry('end');
    if (last) this.#reached = Math.max(this.#reached, last.created.getTime());
  }

  /** Position of the last entry at or before a time; START when there is none. */
  async before(time: EpochMs): Promise<Position> {
    const last = await this.#entry('end');
    if (!last) return START;
    let [low, high] = [0n, last.revision + 1n];
    let found = START;
    while (low < high) {
      const middle = (low + high) / 2n;
      const entry = await this.#entry(middle);
      if (entry && entry.created.getTime() > time) high = middle;
      else {
        // Entries before a certain one may have been truncated away: they are older than any that is left.
        if (entry) found = positionOf(entry);
        low = middle + 1n;
      }
    }
    return found;
  }

  async #entry(revision: bigint | 'end'): Promise<StoredEvent | undefined> {
    const found = await this.connection.read((client) =>
      client.readStream(this.names.clock, {
        ...{ fromRevision: revision, direction: revision === 'end' ? BACKWARDS : FORWARDS },
        ...{ maxCount: 1, requiresLeader: true },
      }),
    );
    return found?.[0]?.event;
  }
}
