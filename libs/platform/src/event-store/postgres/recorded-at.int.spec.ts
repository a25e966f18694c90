import { appendTo, newEvents, readOut, stored } from '../fixtures/append-requests.js';
import { FLUSH_WAITS, holdAppendLock, StoreDatabase, until } from '../fixtures/postgres-store.js';

const START = 3_000_000_000n;
const HOUR_MS = 3_600_000;

describe('the time at which events were recorded', () => {
  let database: StoreDatabase;

  beforeEach(async () => {
    database = await StoreDatabase.make({ startPosition: START });
  });
  afterEach(() => database.drop());

  it('never goes back, whatever the clock does, and a time finds its position', async () => {
    const store = await database.open();
    const before = stored(await store.append(appendTo('thing-1')));
    await store.append(appendTo('thing-1'));
    // As if the clock had been an hour ahead when the last event was recorded.
    const future = before.recordedAt + HOUR_MS;
    await database.owner.query(`UPDATE es.events SET recorded_at = $1 WHERE position = $2`, [
      new Date(future),
      (START + 2n).toString(),
    ]);
    const after = stored(await store.append(appendTo('thing-2', { events: newEvents(2) })));
    expect(after.recordedAt).toBe(future);
    const times = (await readOut(store, START)).map(({ recordedAt }) => recordedAt);
    expect(times).toEqual([before.recordedAt, future, future, future]);

    expect(await store.positionAt(before.recordedAt - 1)).toBe(START);
    expect(await store.positionAt(before.recordedAt)).toBe(START + 1n);
    expect(await store.positionAt(future - 1)).toBe(START + 1n);
    expect(await store.positionAt(future)).toBe(START + 4n);
    expect(await store.positionAt(future + HOUR_MS)).toBe(START + 4n);
  });

  it('is settled when it is over: not before, and not while a flush is on its way', async () => {
    const store = await database.open();
    expect(await store.settledPositionAt(Date.now() + HOUR_MS)).toBeUndefined();
    const { recordedAt } = stored(await store.append(appendTo('thing-1')));
    expect(await store.settledPositionAt(recordedAt - 1)).toBe(START);
    expect(await store.settledPositionAt(recordedAt + HOUR_MS)).toBeUndefined();

    const release = await holdAppendLock(database.owner);
    const appending = store.append(appendTo('thing-1'));
    await until(database.owner, FLUSH_WAITS);
    // The flush may be behind us in time and before us in the log: it is waited for.
    let settled = false;
    const settling = store.settledPositionAt(recordedAt).then((position) => {
      settled = true;
      return position;
    });
    await until(
      database.owner,
      `(SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted) >= 2 OR ${String(settled)}`,
    );
    expect(settled).toBe(false);
    await release();
    const { recordedAt: later } = stored(await appending);
    expect(await settling).toBe(later > recordedAt ? START + 1n : START + 2n);
    expect(await store.settledPositionAt(recordedAt)).toBe(later > recordedAt ? START + 1n : START + 2n);
  });
});
