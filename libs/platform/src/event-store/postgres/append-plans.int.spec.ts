import { appendTo, newEvents } from '../fixtures/append-requests.js';
import { StoreDatabase } from '../fixtures/postgres-store.js';

describe('an append to a long log', () => {
  let database: StoreDatabase;
  beforeEach(async () => {
    database = await StoreDatabase.make();
  });
  afterEach(() => database.drop());

  /** Pages of the log's tables and indexes that were looked at so far; a session's are counted when it ends. */
  const pagesSeen = async (): Promise<number> => {
    const { rows } = await database.owner.query<{ pages: string }>(
      `SELECT coalesce(sum(heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read), 0) AS pages
       FROM pg_statio_all_tables WHERE schemaname = 'es'`,
    );
    return Number(rows[0]?.pages);
  };

  it('looks at a few pages for each event, also when the planner has been told how long it is', async () => {
    const filling = await database.open();
    const streams = Array.from({ length: 100 }, (_, index) => `thing-${String(index)}`);
    await Promise.all(streams.map((stream) => filling.append(appendTo(stream, { events: newEvents(100) }))));
    await filling.close();
    await database.owner.query('ANALYZE es.events, es.streams, es.appends');
    const before = await pagesSeen();
    const store = await database.open();
    for (const stream of streams) await store.append(appendTo(stream, { expect: { version: 100 } }));
    await store.close();
    // Some 30 for each; a scan of the log or of its index would be hundreds.
    expect((await pagesSeen()) - before).toBeLessThan(100 * streams.length);
  });
});
