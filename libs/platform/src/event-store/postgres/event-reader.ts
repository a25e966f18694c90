import type pg from 'pg';
import type { EpochMs, Position, RecordedEvent } from '#kernel';
import { EVENT_COLUMNS, type EventRow, EventRowReader } from './event-rows.js';
import { asText } from './text-types.js';

const READ_ALL = {
  name: 'read-all',
  text: `SELECT ${EVENT_COLUMNS} FROM es.events WHERE position > $1 ORDER BY position LIMIT $2`,
};
/** A stream's events are found through the index of each partition; those before its first are left out by nothing, so ask for few. */
const READ_STREAM = {
  name: 'read-stream',
  text: `SELECT ${EVENT_COLUMNS} FROM es.events WHERE stream = $1 AND version > $2 ORDER BY version LIMIT $3`,
};
const HEAD = { name: 'head', text: 'SELECT es.head() AS position' };
const POSITION_AT = { name: 'position-at', text: 'SELECT es.position_at($1) AS position' };

const DEFAULT_BATCH_SIZE = 5_000;

export interface ReplayOptions {
  /** Events of a page; 5,000 unless told. */
  readonly batchSize?: number;
}

/** Reads the log over a pool of connections. */
export class EventReader {
  constructor(private readonly pool: pg.Pool) {}

  async readAll(after: Position, limit: number): Promise<readonly RecordedEvent[]> {
    return decode(await this.#page(after, limit));
  }

  async readStream(stream: string, afterVersion: number, limit: number): Promise<readonly RecordedEvent[]> {
    return decode(await this.#rows(READ_STREAM, [stream, afterVersion, limit]));
  }

  /**
   * The log from a position up to its head, page by page. While a page is worked on, the next one is already on its way.
   * Ends at the head as it is when it gets there.
   */
  async *replay(
    after: Position,
    { batchSize = DEFAULT_BATCH_SIZE }: ReplayOptions = {},
  ): AsyncGenerator<readonly RecordedEvent[]> {
    let coming = this.#page(after, batchSize);
    for (;;) {
      const rows = await coming;
      const last = rows.at(-1);
      if (!last) return;
      const full = rows.length === batchSize;
      if (full) {
        // Asked for before this page is even parsed: the server and we work at the same time.
        coming = this.#page(BigInt(last[0]), batchSize);
        // Awaited in the next round; should the consumer stop before, nobody is left to hear of a failure.
        coming.catch(() => undefined);
      }
      yield decode(rows);
      if (!full) return;
    }
  }

  async head(): Promise<Position> {
    return this.#position(HEAD, []);
  }

  async positionAt(time: EpochMs): Promise<Position> {
    return this.#position(POSITION_AT, [new Date(time).toISOString()]);
  }

  #page(after: Position, limit: number): Promise<EventRow[]> {
    return this.#rows(READ_ALL, [after.toString(), limit]);
  }

  async #rows(
    query: { readonly name: string; readonly text: string },
    values: readonly unknown[],
  ): Promise<EventRow[]> {
    const { rows } = await this.pool.query<string[]>({
      ...query,
      values: [...values],
      rowMode: 'array',
      types: asText,
    });
    return rows as unknown as EventRow[];
  }

  async #position(
    query: { readonly name: string; readonly text: string },
    values: readonly unknown[],
  ): Promise<Position> {
    const { rows } = await this.pool.query<{ position: string }>({ ...query, values: [...values], types: asText });
    const [row] = rows;
    if (!row) throw new Error('a function of the store answered nothing');
    return BigInt(row.position);
  }
}

function decode(rows: readonly EventRow[]): RecordedEvent[] {
  const reader = new EventRowReader();
  return rows.map((row) => reader.read(row));
}
