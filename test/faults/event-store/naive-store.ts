import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/**
 * The store that most people write first: the position comes from a sequence, each append is a transaction of its own, and a
 * reader asks for what follows its checkpoint. A transaction that took its position early and commits late is never read.
 */
export async function runNaiveStore(
  url: string,
  { writers, writeMs }: { readonly writers: number; readonly writeMs: number },
): Promise<{ written: number; delivered: number }> {
  const pool = new pg.Pool({ connectionString: url, max: writers + 1 });
  pool.on('error', () => undefined);
  await pool.query('CREATE SCHEMA naive');
  await pool.query('CREATE TABLE naive.events (position bigserial PRIMARY KEY, data text NOT NULL)');
  const until = Date.now() + writeMs;
  let written = 0;
  const write = async (): Promise<void> => {
    const client = await pool.connect();
    while (Date.now() < until) {
      await client.query('BEGIN');
      await client.query(`INSERT INTO naive.events (data) VALUES ('x')`);
      await sleep(Math.random() * 8);
      await client.query('COMMIT');
      written++;
    }
    client.release();
  };
  const writing = Promise.all(Array.from({ length: writers }, write));
  const done = writing.then(() => true);

  let delivered = 0;
  let checkpoint = '0';
  for (let last = false; ; last = await Promise.race([done, sleep(1, false)])) {
    const { rows } = await pool.query<{ position: string }>(
      'SELECT position FROM naive.events WHERE position > $1 ORDER BY position LIMIT 100',
      [checkpoint],
    );
    delivered += rows.length;
    checkpoint = rows.at(-1)?.position ?? checkpoint;
    if (last && rows.length === 0) break;
  }
  await writing;
  await pool.end();
  return { written, delivered };
}
