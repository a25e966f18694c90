import pg from 'pg';
import { sessionOf } from '#platform/postgres';

export interface Crash {
  /** The statement at which it happens, counted over all connections from 1. */
  readonly at: number;
  /** Nothing is counted before a planted mistake has been made. */
  readonly fromPlant?: boolean;
  /** Before it is sent, or after it was executed and before its answer arrives. */
  readonly when: 'before' | 'after';
  /** The whole process is gone: nothing is answered any more. Else only this connection. */
  readonly forGood: boolean;
}

/** A mistake for the tests to find: what happens in place of a statement. */
export interface Plant {
  readonly replaces: (text: string) => boolean;
  readonly instead: (parameters: readonly unknown[]) => Promise<unknown>;
}

/** A pool whose process dies, or loses a connection, at a statement of choice. */
export function crashingPool(
  url: string,
  crash: Crash,
  plant?: Plant,
): { readonly pool: pg.Pool; readonly crashed: () => boolean } {
  let statements = 0;
  let dead = false;
  let counts = crash.fromPlant !== true;
  const terminated = (): Error => new Error('Connection terminated unexpectedly');

  class CrashingClient extends pg.Client {
    // The overloads of `query` come to this one call: with a callback from the pool, with a promise from everybody else.
    override query(...parameters: never[]): never {
      const last: unknown = parameters.at(-1);
      const callback = typeof last === 'function' ? (last as (error: unknown, result?: unknown) => void) : undefined;
      const answer = this.#run(callback ? parameters.slice(0, -1) : parameters);
      if (!callback) return answer as never;
      answer.then((result) => {
        callback(undefined, result);
      }, callback);
      return undefined as never;
    }

    async #run(parameters: never[]): Promise<unknown> {
      if (dead && crash.forGood) throw terminated();
      // The search for erased rows goes by the clock: counted, it would make chance decide which statement is the n-th.
      const isCounted = !textOf(parameters[0]).includes('es.unapplied_erasures');
      const isNow = counts && isCounted && ++statements === crash.at;
      if (isNow && crash.when === 'before') this.#break();
      const isPlanted = plant?.replaces(textOf(parameters[0])) === true;
      counts ||= isPlanted;
      const run = super.query as (...all: never[]) => Promise<unknown>;
      const result: unknown = await (isPlanted ? plant?.instead(parameters) : run.apply(this, parameters));
      if (isNow) this.#break();
      if (isNow || (dead && crash.forGood)) throw terminated();
      return result;
    }

    #break(): void {
      dead = true;
      const { connection } = this as unknown as { connection: { stream: { destroy(): void } } };
      connection.stream.destroy();
    }
  }

  const Client = CrashingClient as typeof pg.Client;
  const pool = new pg.Pool({ connectionString: url, max: 6, pipeline: true, ...sessionOf('crashing'), Client });
  pool.on('error', () => undefined);
  return { pool, crashed: () => dead };
}

const textOf = (query: unknown): string => (typeof query === 'string' ? query : (query as { text: string }).text);
