import {
  AppendOutcomeUnknownError,
  StoreBusyError,
  type AppendOutcome,
  type AppendRequest,
  type EventStore,
} from '../event-store.port.js';
import { appendTo, firstHole, newEvents, readOut, stored, versionsByStream } from '../fixtures/append-requests.js';
import { FLUSH_WAITS, holdAppendLock, StoreDatabase, until } from '../fixtures/postgres-store.js';

const START = 5_000_000_000n;
const KILLS = 30;

/** What a careful caller does: the same append again while its outcome is not known. */
async function appendUntilKnown(store: EventStore, request: AppendRequest): Promise<AppendOutcome> {
  for (;;) {
    try {
      return await store.append(request);
    } catch (error) {
      if (!(error instanceof AppendOutcomeUnknownError || error instanceof StoreBusyError)) throw error;
    }
  }
}

describe('a lost connection', () => {
  let database: StoreDatabase;

  beforeEach(async () => {
    database = await StoreDatabase.make({ startPosition: START });
  });
  afterEach(() => database.drop());

  it('at any moment of a flush loses nothing and stores nothing twice', async () => {
    const store = await database.open();
    let killed = 0;
    const killer = (async () => {
      while (killed < KILLS) {
        killed += await database.kill('% writer');
        // Another moment of the flush each time.
        await database.owner.query('SELECT pg_sleep(random() * 0.08)');
      }
    })();
    const outcomes = await Promise.all(
      Array.from({ length: 16 }, async (_, caller) => {
        const seen: AppendOutcome[] = [];
        for (let version = 0; killed < KILLS; version++)
          seen.push(await appendUntilKnown(store, appendTo(`thing-${String(caller)}`, { expect: { version } })));
        return seen;
      }),
    );
    await killer;

    const positions = outcomes.flat().map((outcome) => stored(outcome).firstPosition);
    const log = await readOut(store, START);
    expect(log).toHaveLength(positions.length);
    expect(new Set(positions).size).toBe(positions.length);
    expect(firstHole([START, ...log.map(({ position }) => position)])).toBeUndefined();
    for (const versions of versionsByStream(log).values()) expect(firstHole([0, ...versions])).toBeUndefined();
  });

  it('while idle is not noticed by anybody', async () => {
    const store = await database.open();
    await store.append(appendTo('thing-1'));
    expect(await database.kill('safar%')).toBeGreaterThan(0);
    expect(await store.append(appendTo('thing-1'))).toMatchObject({ status: 'appended', versions: [2] });
    expect((await store.readAll(START, 10)).events).toHaveLength(2);
  });

  it('with flushes waiting for the lock: each request is stored once, in the order of asking', async () => {
    const store = await database.open();
    const release = await holdAppendLock(database.owner);
    const asked = Array.from({ length: 50 }, () => store.append(appendTo('thing-1', { events: newEvents(2) })));
    await until(database.owner, FLUSH_WAITS);
    await database.kill('% writer');
    await until(database.owner, FLUSH_WAITS);
    await release();
    const outcomes = (await Promise.all(asked)).map(stored);
    expect(outcomes.map(({ versions }) => versions)).toEqual(outcomes.map((_, index) => [2 * index + 2]));
    expect(await readOut(store, START)).toHaveLength(100);
  });

  it('is not spoken of while the answer can still be found out', async () => {
    const store = await database.open({ flushTimeoutMs: 100 });
    const release = await holdAppendLock(database.owner);
    const asked = store.append(appendTo('thing-1'));
    // Given up by the client and asked for again, on a connection of its own; the first one must be gone by then.
    await until(database.owner, FLUSH_WAITS);
    const { rows } = await database.owner.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '% writer'`,
    );
    await until(
      database.owner,
      `${FLUSH_WAITS} AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = ${String(rows[0]?.pid)})`,
    );
    await release();
    expect(await asked).toMatchObject({ versions: [1] });
    expect((await store.readAll(START, 10)).events).toHaveLength(1);
  });

  it('whose answer is never found out is unknown, and asking again tells', async () => {
    const store = await database.open({ flushTimeoutMs: 50, patienceMs: 50 });
    const release = await holdAppendLock(database.owner);
    const request = appendTo('thing-1');
    await expect(store.append(request)).rejects.toThrow(AppendOutcomeUnknownError);
    await release();
    expect(stored(await appendUntilKnown(store, request)).versions).toEqual([1]);
    expect((await store.readAll(START, 10)).events).toHaveLength(1);
  });

  it('does not end the process, whichever it is', async () => {
    const store = await database.open();
    const stop = store.onAppended(() => undefined);
    for (let round = 0; round < 5; round++) {
      await database.kill('safar%');
      await store.append(appendTo('thing-1'));
    }
    stop();
    expect((await store.readStream('thing-1', 0, 10)).events).toHaveLength(5);
  });
});

describe('a server that cannot be reached', () => {
  it('is told to callers: it is not known what became of what was sent, and nothing else was stored', async () => {
    const database = await StoreDatabase.make();
    const store = await database.open({ patienceMs: 50 });
    await store.append(appendTo('thing-1'));
    await database.owner.query('REVOKE EXECUTE ON FUNCTION es.become_writer(integer) FROM safar_app');
    const release = await holdAppendLock(database.owner);
    const onItsWay = store.append(appendTo('thing-2'));
    await until(database.owner, FLUSH_WAITS);
    await database.kill('% writer');
    await expect(onItsWay).rejects.toThrow(AppendOutcomeUnknownError);
    await release();
    await expect(store.append(appendTo('thing-1'))).rejects.toThrow(StoreBusyError);
    await database.owner.query('GRANT EXECUTE ON FUNCTION es.become_writer(integer) TO safar_app');
    expect(await store.append(appendTo('thing-1'))).toMatchObject({ status: 'appended', versions: [2] });
    await database.drop();
  });
});
