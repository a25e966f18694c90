import pg from 'pg';
import type { Position } from '#kernel';
import { sessionOf } from '#platform/postgres';

export interface AppendedSignalOptions {
  readonly url: string;
  readonly applicationName: string;
  /** For what is said to other processes. */
  readonly pool: pg.Pool;
  readonly head: () => Promise<Position>;
  /** What this process calls itself, so that it does not wake itself. */
  readonly self: string;
  /** How often the head is looked at, in case a notification was lost. */
  readonly pollMs: number;
}

const CHANNEL = 'safar_appended';
/** A notification is a transaction of its own; fifty in a second wake everybody in time and cost the writer nothing that shows. */
const NOTIFY_EVERY_MS = 20;
const LISTEN_AGAIN_MS = 1_000;

/** Not waited for on disk: losing a hint costs a poll. */
const NOTIFY = `SELECT pg_catalog.set_config('synchronous_commit', 'off', true), pg_catalog.pg_notify($1, $2)`;

/** Tells local listeners and other processes that something was appended. Hints only: each may come late, twice or never. */
export class AppendedSignal {
  readonly #listeners = new Set<() => void>();
  #seen: Position | undefined;
  #client: pg.Client | undefined;
  #poll: NodeJS.Timeout | undefined;
  #listenAgain: NodeJS.Timeout | undefined;
  #notifyTimer: NodeJS.Timeout | undefined;
  #notifyIsDue = false;
  #notifying: Promise<void> | undefined;
  #closed = false;

  constructor(private readonly options: AppendedSignalOptions) {}

  listen(listener: () => void): () => void {
    // Wrapped, so that one function may listen twice.
    const entry = (): void => {
      listener();
    };
    this.#listeners.add(entry);
    this.#start();
    return () => {
      this.#listeners.delete(entry);
      if (this.#listeners.size === 0) this.#stop();
    };
  }

  /** Something was appended by this process. */
  appended(last: Position): void {
    this.#seen = last;
    this.#callListeners();
    this.#notifySoon();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
    clearTimeout(this.#notifyTimer);
    this.#stop();
    await this.#notifying;
    // What was appended since the last notification.
    if (this.#notifyIsDue) await this.#notify();
  }

  #callListeners(): void {
    for (const listener of this.#listeners) listener();
  }

  /** At once, then at most every NOTIFY_EVERY_MS, and never two at a time. */
  #notifySoon(): void {
    this.#notifyIsDue = true;
    if (this.#notifyTimer ?? this.#notifying) return;
    this.#notifying = this.#notify().finally(() => {
      this.#notifying = undefined;
      if (this.#closed) return;
      this.#notifyTimer = setTimeout(() => {
        this.#notifyTimer = undefined;
        if (this.#notifyIsDue) this.#notifySoon();
      }, NOTIFY_EVERY_MS);
      this.#notifyTimer.unref();
    });
  }

  async #notify(): Promise<void> {
    this.#notifyIsDue = false;
    await this.options.pool.query(NOTIFY, [CHANNEL, this.options.self]).catch(() => undefined);
  }

  #start(): void {
    if (this.#poll || this.#closed) return;
    this.#poll = setInterval(() => {
      void this.#look();
    }, this.options.pollMs);
    this.#poll.unref();
    void this.#openListener();
  }

  #stop(): void {
    clearInterval(this.#poll);
    this.#poll = undefined;
    clearTimeout(this.#listenAgain);
    const client = this.#client;
    this.#client = undefined;
    client?.end().catch(() => undefined);
  }

  async #look(): Promise<void> {
    const head = await this.options.head().catch(() => undefined);
    if (head === undefined || head === this.#seen) return;
    this.#seen = head;
    this.#callListeners();
  }

  async #openListener(): Promise<void> {
    const { url, applicationName } = this.options;
    const client = new pg.Client({ connectionString: url, ...sessionOf(`${applicationName} listener`) });
    this.#client = client;
    client.on('error', () => undefined);
    client.on('end', () => {
      if (this.#client === client) this.#openListenerLater();
    });
    client.on('notification', ({ payload }) => {
      if (payload !== this.options.self) this.#callListeners();
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      if (this.#client !== client) {
        // Nobody listens any more.
        await client.end();
        return;
      }
      // What was said while nobody listened.
      this.#callListeners();
    } catch {
      client.connection.stream.destroy();
      if (this.#client === client) this.#openListenerLater();
    }
  }

  #openListenerLater(): void {
    this.#client = undefined;
    clearTimeout(this.#listenAgain);
    this.#listenAgain = setTimeout(() => {
      if (this.#poll) void this.#openListener();
    }, LISTEN_AGAIN_MS);
    this.#listenAgain.unref();
  }
}
