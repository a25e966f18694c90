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

/**
 * One statement between BEGIN and COMMIT, sent without waiting for answers in between. A statement that fails makes PostgreSQL
 * answer the COMMIT with ROLLBACK. On a pool that is not pipelined it takes three round trips and is as right.
 */
export async function transactionAtOnce<Value>(
  pool: pg.Pool,
  begin: string,
  statement: (client: pg.PoolClient) => Promise<Value>,
): Promise<Value> {
  const client = await pool.connect();
  client.on('error', ignore);
  let usable = false;
  try {
    const answers = await Promise.allSettled([client.query(begin), statement(client), client.query('COMMIT')]);
    const [begun, answered, ended] = answers;
    usable = ended.status === 'fulfilled';
    for (const answer of [begun, answered, ended]) if (answer.status === 'rejected') throw answer.reason;
    if (ended.status === 'fulfilled' && ended.value.command !== 'COMMIT')
      throw new Error(`a transaction ended with ${ended.value.command}`);
    return (answered as PromiseFulfilledResult<Awaited<Value>>).value;
  } finally {
    client.off('error', ignore);
    client.release(!usable);
  }
}

const ignore = (): void => undefined;
