import pg from 'pg';
import { type Position, type ReadModels } from '#kernel';
import { listenTo } from '#platform/postgres';
import { createMovedHub, MOVED_CHANNEL, type MovedHub } from '#platform/projections';
import {
  areEqual,
  LOOK_UP,
  namesIn,
  outdatedIn,
  ReadModelMissingError,
  ReadModelOutdatedError,
  tablesOf,
  withTables,
  type Tables,
  type Versions,
} from './active-tables.js';
import { PositionWaiters } from './position-waiters.js';

export { ReadModelMissingError };

export interface ReadModelsOptions {
  /** Shared with the engine where it runs in this process: hints come at once. */
  readonly hub?: MovedHub;
  /** Hear also from engines in other processes; keeps one connection of the pool for it. */
  readonly listen?: boolean;
  /** For which versions the queries are written; what is not named is taken as it is. */
  readonly versions?: Versions;
  /** How often those who wait look without a hint. */
  readonly pollMs?: number;
  /** Those who may wait at once; more get `false` at once. */
  readonly maxWaiters?: number;
}

export interface ReadModelsService extends ReadModels {
  /** Whether the active build has set events of a key aside, at or before a position: its rows are not complete then. */
  isParked(projection: string, key: string, upTo: Position): Promise<boolean>;
  /** Stops listening; whoever waits gets `false`. */
  close(): Promise<void>;
}

const UNDEFINED_TABLE = '42P01';
const UNDEFINED_COLUMN = '42703';
const MAX_TRIES = 5;

/**
 * Queries over the active builds. Values come as the columns of a projection declare them: `bigint` as bigint, times as Unix
 * milliseconds, `numeric` as text.
 */
export function createReadModels(pool: pg.Pool, options: ReadModelsOptions = {}): ReadModelsService {
  const hub = options.hub ?? createMovedHub();
  const { pollMs = 50, maxWaiters = 10_000 } = options;
  // Other processes' notifications. While the connection is away, those who wait poll.
  const listening = options.listen ? listenTo(pool, MOVED_CHANNEL, (name) => hub.moved(name)) : undefined;
  const queries = new ActiveQueries(pool, options.versions ?? new Map());
  const appliedPosition = (projection: string): Promise<Position> => positionOf(pool, projection);
  const waiters = new PositionWaiters(appliedPosition, hub, { pollMs, maxWaiters });
  return {
    query: (sql, values) => queries.run(sql, values),
    appliedPosition,
    waitUntil: (projection, position, timeoutMs) => waiters.wait(projection, position, timeoutMs),
    isParked: (projection, key, upTo) => isParked(pool, { projection, key, upTo }),
    onMoved: (projection, listener) => hub.onMoved(projection, listener),
    close: async () => {
      waiters.close();
      await listening?.close();
    },
  };
}

/**
 * Which builds are active is asked with every query, on the same connection and just before it: a promotion is seen by the
 * first query after it. A promotion between the two is harmless: the build that was active is fed on, it is not behind the
 * new one by anything that was answered before. All names of a statement come from one look-up, so two read models are never
 * mixed from before and after.
 *
 * A pipelined connection makes one round trip of it: the query goes out right behind the question, on the tables that were
 * active last time. Where the answer is another, the result is thrown away and the query asked again.
 */
class ActiveQueries {
  #tables: Tables = new Map();

  constructor(
    private readonly pool: pg.Pool,
    private readonly versions: Versions,
  ) {}

  async run<R>(sql: string, values: readonly unknown[]): Promise<readonly R[]> {
    const names = namesIn(sql);
    for (let tries = 1; ; tries++) {
      const { current, result, error } = await this.#attempt(sql, values, names);
      if (result && current) return rowsOf<R>(result);
      if (error !== undefined && current && !isDropped(error)) throw this.#reasonOf(error, names);
      if (tries >= MAX_TRIES) throw error ?? new Error('the active builds change faster than they can be read');
    }
  }

  /** A column that is not there yet is no mistake of the query. */
  #reasonOf(error: unknown, names: readonly string[]): unknown {
    if (!isCodeOf(error, UNDEFINED_COLUMN)) return error;
    const outdated = outdatedIn(this.#remembered(names) ?? new Map(), this.versions);
    return outdated === undefined ? error : new ReadModelOutdatedError(outdated);
  }

  async #attempt(sql: string, values: readonly unknown[], names: readonly string[]): Promise<Attempt> {
    const client = await this.pool.connect();
    // A connection that breaks between the two statements would end the process if nobody listened.
    client.on('error', ignore);
    let broken = true;
    try {
      const guess = client.pipeline ? this.#remembered(names) : undefined;
      const asking = client.query<{ name: string; table_name: string }>({ ...LOOK_UP, values: [names] }).then(tablesOf);
      const tables = guess ?? (await asking);
      const [actual, outcome] = await Promise.all([asking, ask(client, withTables(sql, tables), values)]);
      this.#tables = new Map([...this.#tables, ...actual]);
      broken = false;
      return { ...outcome, current: areEqual(actual, tables) };
    } catch (error) {
      broken = !(error instanceof ReadModelMissingError);
      throw error;
    } finally {
      client.off('error', ignore);
      client.release(broken);
    }
  }

  #remembered(names: readonly string[]): Tables | undefined {
    const entries = names.flatMap((name) => {
      const table = this.#tables.get(name);
      return table === undefined ? [] : [[name, table] as const];
    });
    return entries.length === names.length ? new Map(entries) : undefined;
  }
}

const ignore = (): void => undefined;

interface Outcome {
  readonly result?: pg.QueryResult;
  readonly error?: unknown;
}

interface Attempt extends Outcome {
  /** It ran on the builds that were active when it began. */
  readonly current: boolean;
}

/** What a wrong query says is an answer too: the connection is as good as before. */
const ask = (client: pg.PoolClient, text: string, values: readonly unknown[]): Promise<Outcome> =>
  client.query({ text, values: [...values], types: asDeclared }).then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  );

const isCodeOf = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
const isDropped = (error: unknown): boolean => isCodeOf(error, UNDEFINED_TABLE);

/** The one place where rows from the driver get the type that the query says. */
function rowsOf<R>(result: pg.QueryResult): readonly R[] {
  return result.rows as readonly R[];
}

async function positionOf(pool: pg.Pool, projection: string): Promise<Position> {
  const { rows } = await pool.query<{ position: string | null }>({
    name: 'safar applied position',
    text: `SELECT min(c.position) AS position FROM es.projections p
      JOIN es.consumers c ON c.name = p.name AND c.version = p.active_version AND c.build = p.active_build WHERE p.name = $1`,
    values: [projection],
  });
  const position = rows[0]?.position;
  if (position === null || position === undefined) throw new ReadModelMissingError(projection);
  return BigInt(position);
}

async function isParked(
  pool: pg.Pool,
  { projection, key, upTo }: { readonly projection: string; readonly key: string; readonly upTo: Position },
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `SELECT FROM es.parked k JOIN es.projections p
       ON p.name = k.name AND p.active_version = k.version AND p.active_build = k.build
     WHERE k.name = $1 AND k.key = $2 AND k.status = 'parked' AND k.position <= $3 LIMIT 1`,
    [projection, key, upTo],
  );
  return rowCount === 1;
}

const { builtins } = pg.types;
const parseTime: (text: string) => Date = pg.types.getTypeParser(builtins.TIMESTAMPTZ, 'text');

/** As `ColumnTypes` of the kernel says. */
const asDeclared = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    if (oid === builtins.INT8) return BigInt;
    if (oid === builtins.TIMESTAMPTZ) return (text: string) => parseTime(text).getTime();
    return pg.types.getTypeParser(oid, format ?? 'text');
  },
};
