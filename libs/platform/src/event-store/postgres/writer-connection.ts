import pg from 'pg';
import { sessionOf } from '#platform/postgres';
import type { PreparedRequest } from '../prepared-request.js';
import { BinaryArrays } from './binary-arrays.js';
import { encodeFlush, FLUSH } from './flush.js';
import { type FlushRow } from './flush-outcomes.js';
import { asText } from './text-types.js';

export interface WriterSettings {
  readonly url: string;
  readonly applicationName: string;
  readonly epoch: bigint;
  /** Number that only one session has at a time: see es.become_writer. */
  readonly writer: number;
  /** A flush that is not answered for so long is given up, with its connection. */
  readonly flushTimeoutMs: number;
}

/** Opening waits at most so long for the server. */
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * A client that froze between two packets of a flush would hold the log's lock. Servers before 17 do not have
 * transaction_timeout; there the lock is held until the connection breaks.
 *
 * What is acknowledged is on disk, whatever somebody set for the server, the database or the role. Every level but `off` waits for
 * the local disk; which of them waits for standbys too is left to whoever runs the server.
 */
const SETTINGS = `
  SELECT pg_catalog.set_config(s.name, w.value, false)
  FROM pg_catalog.pg_settings s
  JOIN (VALUES ('transaction_timeout', '30s'), ('default_transaction_isolation', 'read committed'),
               ('synchronous_commit', 'on')) AS w(name, value) USING (name)
  WHERE s.name <> 'synchronous_commit' OR s.setting = 'off'`;

/** The connection that flushes go through: one after the other on the server, two on their way at a time. */
export class WriterConnection {
  readonly #arrays = new BinaryArrays();
  #lost = false;

  private constructor(
    private readonly client: pg.Client,
    private readonly settings: WriterSettings,
  ) {}

  static async open(settings: WriterSettings): Promise<WriterConnection> {
    const client = new pg.Client({
      connectionString: settings.url,
      pipeline: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      ...sessionOf(`${settings.applicationName} writer`),
    });
    const connection = new WriterConnection(client, settings);
    // Without a listener the loss of an idle connection would end the process.
    client.on('error', () => {
      connection.#lost = true;
    });
    const watchdog = setTimeout(() => {
      connection.destroy();
    }, CONNECT_TIMEOUT_MS);
    try {
      await client.connect();
      await client.query(SETTINGS);
      await client.query('SELECT es.become_writer($1)', [settings.writer]);
    } catch (error) {
      connection.destroy();
      throw error;
    } finally {
      clearTimeout(watchdog);
    }
    return connection;
  }

  get lost(): boolean {
    return this.#lost;
  }

  /** Sends a flush behind those that are on their way. */
  async flush(requests: readonly PreparedRequest[]): Promise<FlushRow> {
    const watchdog = setTimeout(() => {
      this.destroy();
    }, this.settings.flushTimeoutMs);
    try {
      const { rows } = await this.client.query<FlushRow[number][]>({
        ...FLUSH,
        // Copied into the packet by this very call, because the connection is open and pipelined.
        values: encodeFlush(this.#arrays, this.settings.epoch, requests),
        rowMode: 'array',
        types: asText,
      });
      const [row] = rows;
      if (!isFlushRow(row)) throw new Error('es.append did not answer as it does');
      return row;
    } finally {
      clearTimeout(watchdog);
    }
  }

  /** Breaks the connection; flushes that are on their way fail at once. */
  destroy(): void {
    this.#lost = true;
    this.client.connection.stream.destroy();
  }

  async end(): Promise<void> {
    this.#lost = true;
    await this.client.end();
  }
}

const isFlushRow = (row: readonly (string | null)[] | undefined): row is FlushRow =>
  row?.length === 5 && row[0] !== null && row[1] !== null && row[2] !== null;
