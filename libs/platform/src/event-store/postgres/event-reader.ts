import type pg from 'pg';
import type { EpochMs, Position, RecordedEvent } from '#kernel';
import type { LogPage } from '../event-store.port.js';
import { EVENT_COLUMNS } from './event-rows.js';
import { PageRows } from './page-rows.js';
import { type PageStatement, readPage } from './page-query.js';
import { asText } from './text-types.js';

const READ_ALL: PageStatement = {
  name: 'read-all',
  text: `SELECT ${EVENT_COLUMNS} FROM es.events WHERE position > $1 ORDER BY position LIMIT $2`,
};
const READ_STREAM: PageStatement = {
  name: 'read-stream',
  text: `SELECT ${EVENT_COLUMNS} FROM es.events WHERE stream = $1 AND version > $2 ORDER BY version LIMIT $3`,
};
const HEAD = { name: 'head', text: 'SELECT es.head() AS position' };
const SETTLED_POSITION_AT = { name: 'settled-position-at', text: 'SELECT es.settled_position_at($1) AS position' };
const POSITION_AT = { name: 'position-at', text: 'SELECT es.position_at($1) AS position' };

/** Reads the log over a pool of connections. */
export class EventReader {
  readonly #rows = new PageRows();

  constructor(private readonly pool: pg.Pool) {}

  readAll(after: Position, limit: number): Promise<LogPage> {
    return this.#read(READ_ALL, (last) => [String(last?.position ?? after)], limit);
  }

  readStream(stream: string, afterVersion: number, limit: number): Promise<LogPage> {
    return this.#read(READ_STREAM, (last) => [stream, String(last?.version ?? afterVersion)], limit);
  }

  async #read(
    statement: PageStatement,
    after: (last: RecordedEvent | undefined) => readonly string[],
    limit: number,
  ): Promise<LogPage> {
    const pieces: (readonly RecordedEvent[])[] = [];
    let length = 0;
    let characters = 0;
    for (;;) {
      const asked = this.#rows.toAsk(limit - length);
      const values = [...after(pieces.at(-1)?.at(-1)), String(asked)];
      const read = await readPage(this.pool, { ...statement, values }, characters);
      this.#rows.came(asked, { rows: read.events.length, cut: read.cut });
      pieces.push(read.events);
      length += read.events.length;
      characters = read.characters;
      const full = read.cut || length === limit;
      if (full || read.events.length < asked)
        return { events: pieces.length === 1 ? read.events : pieces.flat(), full };
    }
  }

  async eventAt(position: Position): Promise<RecordedEvent | undefined> {
    const { events } = await this.readAll(position - 1n, 1);
    return events.find((event) => event.position === position);
  }

  head(): Promise<Position> {
    return this.#position(HEAD, []);
  }

  positionAt(time: EpochMs): Promise<Position> {
    return this.#position(POSITION_AT, [new Date(time).toISOString()]);
  }

  /** `undefined` of a time at which something may still be recorded. */
  async settledPositionAt(time: EpochMs): Promise<Position | undefined> {
    return (await this.#answer(SETTLED_POSITION_AT, [new Date(time).toISOString()])) ?? undefined;
  }

  async #position(query: NamedQuery, values: readonly unknown[]): Promise<Position> {
    const position = await this.#answer(query, values);
    if (position === null) throw new Error('a function of the store answered nothing');
    return position;
  }

  async #answer(query: NamedQuery, values: readonly unknown[]): Promise<Position | null> {
    const { rows } = await this.pool.query<{ position: string | null }>({
      ...query,
      values: [...values],
      types: asText,
    });
    const position = rows[0]?.position;
    return position === null || position === undefined ? null : BigInt(position);
  }
}

interface NamedQuery {
  readonly name: string;
  readonly text: string;
}
