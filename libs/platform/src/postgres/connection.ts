import pg from 'pg';

/** Group role that Safar's processes work as: it may call the append function, but not write to the log itself. */
export const APP_ROLE = 'safar_app';

/** Where a connection string leads to. */
export interface ConnectionTarget {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Empty where the string and the environment have none. */
  readonly password: string;
}

/**
 * What a connection string means, read as `pg` reads it when it connects: a parameter behind the question mark goes before what
 * stands in front of it, and `PG…` variables fill the gaps. Nothing where `pg` cannot read it, also because a certificate that it
 * names is not there.
 */
export function connectionOf(url: string): ConnectionTarget | undefined {
  try {
    const { host, port, database = '', password } = new pg.Client(url);
    return { host, port, database, password: typeof password === 'string' ? password : '' };
  } catch {
    return undefined;
  }
}

export interface PoolOptions {
  readonly url: string;
  /** Most connections that this pool opens. */
  readonly max: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /**
   * Statements that are asked for without waiting in between are sent without waiting, too. `pg` then takes no query classes of
   * others and no `rows`.
   */
  readonly pipeline?: boolean;
  /** The server ends a statement that takes longer. */
  readonly statementTimeoutMs?: number;
}

/**
 * Settings of every connection of ours. UTC and ISO, because times are parsed by hand on the hot paths; the role takes away
 * what the owner could do.
 */
export const sessionOf = (applicationName: string): { options: string; application_name: string; keepAlive: true } => ({
  options: `-c role=${APP_ROLE} -c timezone=UTC -c datestyle=ISO -c search_path=pg_catalog`,
  application_name: applicationName,
  keepAlive: true,
});

export function createPool({ url, max, applicationName, pipeline = false, statementTimeoutMs }: PoolOptions): pg.Pool {
  const { options, ...session } = sessionOf(applicationName);
  const limited =
    statementTimeoutMs === undefined ? options : `${options} -c statement_timeout=${String(statementTimeoutMs)}`;
  const pool = new pg.Pool({ connectionString: url, max, pipeline, ...session, options: limited });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  // The same holds between two statements of a transaction; the next statement fails and says so.
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  return pool;
}

/** Runs the work in one transaction; rolls back when it throws. */
export async function inTransaction<Value>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Value>,
): Promise<Value> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const value = await work(client);
    await client.query('COMMIT');
    return value;
  } catch (error) {
    await client.query('ROLLBACK').catch((rollbackError: unknown) => {
      broken = rollbackError as Error;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
