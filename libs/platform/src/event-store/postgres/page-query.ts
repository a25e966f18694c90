import type pg from 'pg';
import type { RecordedEvent } from '#kernel';
import { type EventRow, EventRowReader } from './event-rows.js';

/** A statement that answers EVENT_COLUMNS. */
export interface PageStatement {
  readonly name: string;
  readonly text: string;
}

/** What a connection has prepared, by name: forgotten with the connection. */
const prepared = new WeakMap<pg.Connection, Set<string>>();

/**
 * A query of ours beside those of node-postgres (its interface for that: Submittable), because it reads each row into an event
 * when it arrives. The driver's own would first collect the text of all rows: what is kept for a whole page must be copied by
 * the garbage collector, which took a quarter of the time of a replay.
 */
class PageQuery implements pg.Submittable {
  readonly page: Promise<RecordedEvent[]>;
  readonly #events: RecordedEvent[] = [];
  readonly #reader = new EventRowReader();
  #resolve: (events: RecordedEvent[]) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #failed = false;
  #failure: unknown;

  constructor(
    private readonly statement: PageStatement,
    private readonly values: readonly string[],
  ) {
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
    if (this.#failed) return;
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
    else this.#resolve(this.#events);
  }

  handleError(error: unknown): void {
    this.#reject(error);
  }
}

/** Runs a statement on a connection of the pool and reads its rows into events. */
export async function readPage(
  pool: pg.Pool,
  statement: PageStatement,
  values: readonly string[],
): Promise<readonly RecordedEvent[]> {
  const client = await pool.connect();
  try {
    const page = await client.query(new PageQuery(statement, values)).page;
    client.release();
    return page;
  } catch (error) {
    // Whatever it was, and whether the statement is prepared now or not: another connection is as good.
    client.release(true);
    throw error;
  }
}
