import type pg from 'pg';
import type { RecordedEvent } from '#kernel';
import { MAX_PAGE_CHARACTERS } from '../event-store.port.js';
import { charactersOf, type EventRow, EventRowReader } from './event-rows.js';

/** A statement that answers EVENT_COLUMNS. */
export interface PageStatement {
  readonly name: string;
  readonly text: string;
}

export interface ReadRows {
  readonly events: readonly RecordedEvent[];
  /** The server sent more than a page may hold; what was too much is not among the events. */
  readonly cut: boolean;
  /** In the page so far. */
  readonly characters: number;
}

/** What a connection has prepared, by name: forgotten with the connection. */
const prepared = new WeakMap<pg.Connection, Set<string>>();

/**
 * A query of ours beside those of node-postgres (its interface for that: Submittable), because it reads each row into an event
 * when it arrives. The driver's own would first collect the text of all rows: what is kept for a whole page must be copied by
 * the garbage collector, which took a quarter of the time of a replay.
 *
 * It also ends the page where its text is too much. What the server still sends is let go of row by row: that costs its way over
 * the connection, but no memory, and nothing where pages are not cut.
 */
class PageQuery implements pg.Submittable {
  readonly page: Promise<ReadRows>;
  readonly #events: RecordedEvent[] = [];
  readonly #reader = new EventRowReader();
  #characters: number;
  #cut = false;
  #resolve: (rows: ReadRows) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #failed = false;
  #failure: unknown;

  constructor(
    private readonly statement: PageStatement,
    private readonly values: readonly string[],
    charactersBefore: number,
  ) {
    this.#characters = charactersBefore;
    this.page = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: pg.Connection): void {
    const { name, text } = this.statement;
    const names = prepared.get(connection) ?? new Set<string>();
    prepared.set(connection, names);
    // In one packet.
    connection.stream.cork();
    if (!names.has(name)) connection.parse({ name, text, types: [] }, true);
    connection.bind({ statement: name, values: [...this.values] }, true);
    connection.execute(null, true);
    connection.sync();
    connection.stream.uncork();
    names.add(name);
  }

  // What follows is called by the client with the answers of the server.

  handleDataRow({ fields }: { readonly fields: EventRow }): void {
    if (this.#failed || this.#cut) return;
    const characters = this.#characters + charactersOf(fields);
    // The first of a page comes whatever its size: otherwise nobody would ever get beyond it.
    if (this.#characters > 0 && characters > MAX_PAGE_CHARACTERS) {
      this.#cut = true;
      return;
    }
    this.#characters = characters;
    try {
      this.#events.push(this.#reader.read(fields));
    } catch (error) {
      // Thrown from here it would end the process.
      this.#failed = true;
      this.#failure = error;
    }
  }

  handleCommandComplete(): void {
    // The server is ready for more when handleReadyForQuery is called.
  }

  handleReadyForQuery(): void {
    if (this.#failed) this.#reject(this.#failure);
    else this.#resolve({ events: this.#events, cut: this.#cut, characters: this.#characters });
  }

  handleError(error: unknown): void {
    this.#reject(error);
  }
}

/** Runs a statement on a connection of the pool and reads its rows into events: a page, or what follows in one with so many characters. */
export async function readPage(
  pool: pg.Pool,
  statement: PageStatement & { readonly values: readonly string[] },
  charactersBefore: number,
): Promise<ReadRows> {
  const client = await pool.connect();
  try {
    const page = await client.query(new PageQuery(statement, statement.values, charactersBefore)).page;
    client.release();
    return page;
  } catch (error) {
    // Whatever it was, and whether the statement is prepared now or not: another connection is as good.
    client.release(true);
    throw error;
  }
}
