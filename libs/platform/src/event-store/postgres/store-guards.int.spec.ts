import { testDatabase } from '#testing';
import { StoreGuardError } from '../event-store.port.js';
import { appendTo, newEvents } from '../fixtures/append-requests.js';
import { StoreDatabase, until } from '../fixtures/postgres-store.js';
import { raiseEpoch } from './admin.js';
import { openPostgresEventStore } from './postgres-event-store.js';

const START = 3_000_000_000n;

const refusal = async (opening: Promise<unknown>): Promise<StoreGuardError> => {
  const error: unknown = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreGuardError);
  return error as StoreGuardError;
};

describe('a store that cannot be used as it is', () => {
  let database: StoreDatabase;

  beforeEach(async () => {
    database = await StoreDatabase.make({ startPosition: START });
    const store = await database.open();
    await store.append(appendTo('thing-1', { events: newEvents(10) }));
    await store.close();
  });
  afterEach(() => database.drop());

  const open = () => openPostgresEventStore({ url: database.url });

  it('is not opened when the row of the store is older than the log', async () => {
    // As after restoring es.store alone, from a backup before the first event.
    await database.owner.query(
      'UPDATE es.store SET last_position = start_position, reserved_position = start_position',
    );
    const error = await refusal(open());
    expect(error.message).toContain('the log ends at position 3000000010');
    expect(error.remedy).toMatch(/Restore es\.store/);
  });

  it('is not opened when the end of the log is missing', async () => {
    await database.owner.query('DELETE FROM es.events WHERE position > 3000000007');
    const error = await refusal(open());
    expect(error.message).toContain('position 3000000010 was committed, and the log ends at 3000000007');
    expect(error.remedy).toMatch(/Restore es\.events/);
  });

  it('is not opened when the whole log is missing', async () => {
    await database.owner.query('TRUNCATE es.events');
    expect((await refusal(open())).remedy).toMatch(/Restore es\.events/);
  });

  it('does not append after its end went missing while it was open', async () => {
    const store = await database.open();
    await database.owner.query('DELETE FROM es.events WHERE position > 3000000007');
    expect((await refusal(store.append(appendTo('thing-1')))).remedy).toMatch(/Restore es\.events/);
    expect((await store.readAll(3_000_000_007n, 10)).events).toEqual([]);
  });

  it('is not opened by somebody who expects another epoch', async () => {
    const error = await refusal(openPostgresEventStore({ url: database.url, expectedEpoch: 7n }));
    expect(error.message).toContain('the store is in epoch 1, and epoch 7 was expected');
  });

  it('is not opened without its schema', async () => {
    const empty = await testDatabase([]);
    expect((await refusal(openPostgresEventStore({ url: empty.url }))).remedy).toMatch(/Run the migrations/);
    await empty.drop();
  });

  it('is not opened without its row', async () => {
    await database.owner.query('DELETE FROM es.store');
    expect((await refusal(open())).remedy).toMatch(/Restore it/);
  });

  it('leaves no connection behind when it is not opened', async () => {
    await database.owner.query(
      'UPDATE es.store SET last_position = start_position, reserved_position = start_position',
    );
    await refusal(open());
    // A backend ends a moment after its connection.
    await until(
      database.owner,
      `NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'safar%')`,
    );
  });
});

describe('a new epoch', () => {
  let database: StoreDatabase;

  beforeEach(async () => {
    database = await StoreDatabase.make({ startPosition: START, partitionRows: 1_000n });
  });
  afterEach(() => database.drop());

  it('fences everybody who was there before it', async () => {
    const old = await database.open();
    await old.append(appendTo('thing-1'));
    expect(await raiseEpoch(database.url)).toBe(2n);
    expect((await refusal(old.append(appendTo('thing-1')))).message).toContain(
      'the store is in epoch 2, the writer in 1',
    );
    const renewed = await database.open({ expectedEpoch: 2n });
    expect(renewed.epoch).toBe(2n);
    expect(await renewed.append(appendTo('thing-1'))).toMatchObject({ status: 'appended', versions: [2] });
  });

  it('accepts a log that lost its end, and forgets what was answered for the lost events', async () => {
    const before = await database.open();
    await before.append(appendTo('thing-1', { events: newEvents(1_500) }));
    const lost = appendTo('thing-1', { expect: { version: 1_500 }, close: true });
    const whole = appendTo('thing-2');
    await before.append(lost);
    await before.append(whole);
    await before.close();
    await database.owner.query(`DELETE FROM es.events WHERE position > 3000001500`);
    await database.owner.query(`UPDATE es.store SET partitioned_position = start_position`);
    await refusal(openPostgresEventStore({ url: database.url }));

    await raiseEpoch(database.url);
    const store = await database.open();
    expect(await store.append(lost)).toMatchObject({
      status: 'appended',
      firstPosition: 3_000_001_501n,
      versions: [1_501],
    });
    expect(await store.append(appendTo('thing-2', { expect: 'none', events: newEvents(2_000) }))).toMatchObject({
      versions: [2_000],
    });
    expect(await store.head()).toBe(3_000_003_501n);
  });

  it('finds the streams of a log that is newer than the rest', async () => {
    const before = await database.open();
    await before.append(appendTo('thing-1', { events: newEvents(3) }));
    await before.close();
    await database.owner.query(`DELETE FROM es.streams`);
    await database.owner.query(
      'UPDATE es.store SET last_position = start_position, reserved_position = start_position',
    );
    await raiseEpoch(database.url);
    const store = await database.open();
    expect(await store.append(appendTo('thing-1', { expect: { version: 3 } }))).toMatchObject({ versions: [4] });
  });
});
