import { setTimeout as sleep } from 'node:timers/promises';

/** A server process that was found or started. */
export interface RunningServer {
  readonly port: number;
  isRunning(): boolean;
  /** Fast shutdown; resolves when it is gone. */
  stop(): Promise<void>;
}

/** What whoever waits for the server should know. */
export type ServerNews =
  | { readonly kind: 'died' }
  | { readonly kind: 'running-again' }
  /** It is not tried any more. */
  | { readonly kind: 'lost'; readonly error: Error };

/** The embedded server died and does not come back. Its message is for people. */
export class EmbeddedPostgresLostError extends Error {
  override readonly name = 'EmbeddedPostgresLostError';
}

const LOOK_EVERY_MS = 200;
/** The first try is at once; with these pauses the last one is half a minute later. */
const MOST_TRIES = 10;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** A server that lived so long did not die of its start: its next death is a new matter. */
const STEADY_MS = 60_000;

/**
 * Looks after a server: one that dies is started again, where it was, with growing pauses and not without end. Connections have
 * to recover by themselves. Never keeps the process alive.
 */
export class Keeper {
  readonly #stopping = new AbortController();
  #watching: Promise<void> | undefined;
  #tries = 0;
  #upSince = performance.now();

  /** @param again finds the server that somebody else has started meanwhile, or starts it */
  constructor(
    private server: RunningServer,
    private readonly again: () => Promise<RunningServer>,
  ) {}

  watch(tell: (news: ServerNews) => void): void {
    this.#watching ??= this.#watch(tell);
  }

  /** Looks after it no more; a start that is under way is finished. */
  async leave(): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
  }

  async stop(): Promise<void> {
    await this.leave();
    await this.server.stop();
  }

  async #watch(tell: (news: ServerNews) => void): Promise<void> {
    while (await this.#pause(LOOK_EVERY_MS)) {
      if (this.server.isRunning()) continue;
      tell({ kind: 'died' });
      if (performance.now() - this.#upSince > STEADY_MS) this.#tries = 0;
      const error = await this.#bringBack();
      if (this.#stopping.signal.aborted) return;
      if (error) {
        tell({ kind: 'lost', error });
        return;
      }
      this.#upSince = performance.now();
      tell({ kind: 'running-again' });
    }
  }

  /** Why it could not be brought back. */
  async #bringBack(): Promise<Error | undefined> {
    for (let cause: unknown; ;) {
      this.#tries += 1;
      if (this.#tries > MOST_TRIES)
        return new EmbeddedPostgresLostError(
          `PostgreSQL ended ${String(MOST_TRIES)} times, or could not be started again: ${cause instanceof Error ? cause.message : 'it ends soon after each start'}`,
          { cause },
        );
      const pauseMs = this.#tries === 1 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (this.#tries - 2), LONGEST_PAUSE_MS);
      if (!(await this.#pause(pauseMs))) return undefined;
      try {
        this.server = await this.again();
        return undefined;
      } catch (error) {
        cause = error;
      }
    }
  }

  /** False when nobody is interested any more. */
  async #pause(ms: number): Promise<boolean> {
    const { signal } = this.#stopping;
    return sleep(ms, undefined, { ref: false, signal }).then(
      () => true,
      () => false,
    );
  }
}
