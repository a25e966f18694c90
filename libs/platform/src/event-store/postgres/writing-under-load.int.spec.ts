import pg from 'pg';
import { MAX_PAGE_CHARACTERS, StoreBusyError } from '../event-store.port.js';
import {
  appendTo,
  firstHole,
  newEvent,
  newEvents,
  newStream,
  readOut,
  versionsByStream,
} from '../fixtures/append-requests.js';
import { FLUSH_WAITS, holdAppendLock, StoreDatabase, until } from '../fixtures/postgres-store.js';

const START = 2n ** 31n - 50n;

describe('the queue in front of the store', () => {
  it('refuses what it cannot hold, and stores everything else', async () => {
    const database = await StoreDatabase.make();
    const store = await database.open({ queueLimit: 100 });
    const release = await holdAppendLock(database.owner);
    const asked = Array.from({ length: 150 }, () => store.append(appendTo(newStream(), { events: newEvents(2) })));
    await until(database.owner, FLUSH_WAITS);
    await release();
    const settled = await Promise.allSettled(asked);
    const refused = settled.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(100);
    for (const { reason } of refused as PromiseRejectedResult[]) {
      expect(reason).toBeInstanceOf(StoreBusyError);
      expect((reason as StoreBusyError).retryAfterMs).toBeGreaterThan(0);
    }
    expect(await readOut(store, 0n)).toHaveLength(100);
    expect(await store.append(appendTo(newStream()))).toMatchObject({ status: 'appended' });
    await database.drop();
  });

  it('takes one request of any size when it is empty', async () => {
    const database = await StoreDatabase.make();
    const store = await database.open({ queueLimit: 10 });
    expect(await store.append(appendTo('thing-1', { events: newEvents(700) }))).toMatchObject({ versions: [700] });
    await database.drop();
  });
});

describe('a request that the server refuses', () => {
  it('fails alone', async () => {
    const database = await StoreDatabase.make();
    await database.owner.query(`ALTER TABLE es.events ADD CHECK (type <> 'poison')`);
    const store = await database.open();
    const poison = appendTo('thing-1', { events: [newEvent({ type: 'poison' })] });
    const settled = await Promise.allSettled(
      [appendTo('thing-1'), poison, appendTo('thing-1'), appendTo('thing-2')].map((request) => store.append(request)),
    );
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(firstHole([0n, ...(await readOut(store, 0n)).map(({ position }) => position)])).toBeUndefined();
    await database.drop();
  });
});

describe('partitions', () => {
  let database: StoreDatabase;

  beforeEach(async () => {
    database = await StoreDatabase.make({ startPosition: START, partitionRows: 100n });
  });
  afterEach(() => database.drop());

  it('are made while several processes write, and a foreign transaction that reads the log stalls nobody', async () => {
    const foreign = new pg.Client(database.url);
    await foreign.connect();
    await foreign.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    const stores = await Promise.all([database.open(), database.open()]);
    await foreign.query('SELECT FROM es.events LIMIT 1');
    await Promise.all(
      stores.flatMap((store, process) =>
        Array.from({ length: 8 }, async (_, caller) => {
          for (let version = 0; version < 120; version += 3)
            expect(
              await store.append(
                appendTo(`thing-${String(process)}${String(caller)}`, { expect: { version }, events: newEvents(3) }),
              ),
            ).toMatchObject({ status: 'appended' });
        }),
      ),
    );
    expect((await foreign.query('SELECT FROM es.events')).rowCount).toBe(0);
    await foreign.query('COMMIT');
    await foreign.end();

    const [store] = stores;
    const log = await readOut(store!, START, 333);
    expect(log).toHaveLength(2 * 8 * 120);
    expect(firstHole([START, ...log.map(({ position }) => position)])).toBeUndefined();
    for (const versions of versionsByStream(log).values()) expect(firstHole([0, ...versions])).toBeUndefined();
    const { rows } = await database.owner.query<{ table: string; indexes: number }>(`
      SELECT c.relname AS table, (SELECT count(*)::int FROM pg_index x WHERE x.indrelid = c.oid) AS indexes
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'es.events'::regclass`);
    expect(rows.length).toBeGreaterThanOrEqual(20);
    expect(rows.every(({ indexes }) => indexes === 2)).toBe(true);
  });

  it('move the mark of a stream along, which is left alone otherwise', async () => {
    const store = await database.open();
    const mark = async () =>
      (
        await database.owner.query<{ ctid: string; marked: number }>(
          `SELECT ctid::text, marked_position - ${START.toString()} AS marked FROM es.streams WHERE stream = 'thing-1'`,
        )
      ).rows[0];
    await store.append(appendTo('thing-1'));
    const first = await mark();
    // An update would leave a dead row behind, and nobody could remove it while somebody holds a long transaction.
    for (let version = 1; version < 5; version++) await store.append(appendTo('thing-1', { expect: { version } }));
    expect(await mark()).toEqual(first);
    await store.append(appendTo('thing-2', { events: newEvents(300) }));
    await store.append(appendTo('thing-1', { expect: { version: 5 } }));
    expect(await mark()).toMatchObject({ marked: '306' });
    expect(await store.append(appendTo('thing-1', { expect: { version: 6 } }))).toMatchObject({ versions: [7] });
    expect(await store.append(appendTo('thing-2', { expect: 'none' }))).toMatchObject({ actualVersion: 300 });
  });

  it('hold an append that is bigger than any of them', async () => {
    const store = await database.open();
    expect(await store.append(appendTo('thing-1', { events: newEvents(1_234) }))).toMatchObject({ versions: [1_234] });
    expect((await store.readStream('thing-1', 1_200, 100)).events).toHaveLength(34);
    expect(await store.positionAt(Date.now() + 60_000)).toBe(START + 1_234n);
  });

  it('keep a stream and a version apart from another of the same number', async () => {
    const store = await database.open();
    await store.append(appendTo('thing-1'));
    await expect(
      database.owner.query(`
        INSERT INTO es.events SELECT position + 1, version, occurred_at, recorded_at, schema_version, event_id, stream, type, key, data, meta
        FROM es.events`),
    ).rejects.toThrow(/duplicate key/);
  });
});

describe('replaying', () => {
  it('gives the whole log, page by page', async () => {
    const database = await StoreDatabase.make({ partitionRows: 100n });
    const store = await database.open();
    await store.append(appendTo('thing-1', { events: newEvents(250) }));
    for (const batchSize of [7, 125, 250, 1_000]) {
      const pages = [];
      for await (const page of store.replay(0n, { batchSize })) pages.push(page);
      expect(pages.every((page) => page.length > 0 && page.length <= batchSize)).toBe(true);
      expect(pages.flat()).toEqual((await store.readAll(0n, 1_000)).events);
    }
    // Nobody waits for the page that was asked for ahead.
    for await (const page of store.replay(0n, { batchSize: 10 })) {
      expect(page).toHaveLength(10);
      break;
    }
    await database.drop();
  });

  it('loses nothing where large events end its pages early', async () => {
    const database = await StoreDatabase.make();
    const store = await database.open();
    const large = newEvent({ data: { text: 'x'.repeat(MAX_PAGE_CHARACTERS / 4) } });
    for (let index = 0; index < 3; index++)
      await store.append(appendTo('thing-1', { events: [large, large, ...newEvents(2)] }));
    const pages = [];
    for await (const page of store.replay(0n, { batchSize: 12 })) pages.push(page.map(({ version }) => version));
    expect(pages.map(({ length }) => length)).toEqual([5, 7]);
    expect(pages.flat()).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    await database.drop();
  });
});

describe('listeners in another process', () => {
  let database: StoreDatabase;

  beforeEach(async () => {
    database = await StoreDatabase.make();
  });
  afterEach(() => database.drop());

  const LISTENS = `EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
    AND application_name LIKE '% listener' AND query LIKE 'LISTEN%' AND state = 'idle')`;

  it('are notified', async () => {
    const [writer, reader] = [await database.open(), await database.open({ pollMs: 3_600_000 })];
    let heads: (() => void)[] = [];
    reader.onAppended(() => {
      for (const head of heads.splice(0)) head();
    });
    await until(database.owner, LISTENS);
    for (let round = 0; round < 3; round++) {
      const heard = new Promise<void>((resolve) => (heads = [...heads, resolve]));
      await writer.append(appendTo('thing-1'));
      await heard;
    }
  });

  it('find out by themselves when notifications are lost', async () => {
    const [writer, reader] = [await database.open(), await database.open({ pollMs: 20 })];
    await database.owner.query(`REVOKE EXECUTE ON FUNCTION pg_catalog.pg_notify(text, text) FROM PUBLIC`);
    await reader.head();
    const heard = new Promise<void>((resolve) => {
      reader.onAppended(() => {
        void reader.head().then((head) => {
          if (head === 1n) resolve();
        });
      });
    });
    await writer.append(appendTo('thing-1'));
    await heard;
  });

  it('listen again after their connection was lost', async () => {
    const [writer, reader] = [await database.open(), await database.open({ pollMs: 3_600_000 })];
    let calls = 0;
    reader.onAppended(() => calls++);
    await until(database.owner, LISTENS);
    await database.kill('% listener');
    await until(database.owner, LISTENS);
    const before = calls;
    await writer.append(appendTo('thing-1'));
    while (calls === before) await database.owner.query('SELECT pg_sleep(0.01)');
  });
});
