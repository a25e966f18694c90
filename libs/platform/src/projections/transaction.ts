import type pg from 'pg';

/**
 * Runs the work in one transaction of a client of its own; `begin` may carry settings behind its BEGIN, in the same round
 * trip. A connection that breaks between two statements says so in an event, which would end the process if nobody listened:
 * the next statement fails anyway. A client whose ROLLBACK fails is not used again.
 */
export async function transaction<Value>(
  pool: pg.Pool,
  begin: string,
  work: (client: pg.PoolClient) => Promise<Value>,
): Promise<Value> {
  const client = await pool.connect();
  client.on('error', ignore);
  let usable = true;
  try {
    await client.query(begin);
    const value = await work(client);
    await client.query('COMMIT');
    return value;
  } catch (error) {
    usable = await client.query('ROLLBACK').then(
      () => true,
      () => false,
    );
    throw error;
  } finally {
    client.off('error', ignore);
    client.release(!usable);
  }
}

const ignore = (): void => undefined;
