import { acquireLease, laneOf, LeaseLostError, moveCheckpoint, type Lease } from '#platform/consumers';
import { eventStoreMigrations } from '#platform/event-store';
import { migrate } from '#platform/postgres';
import { testDatabase, type TestDatabase } from '#testing';
import { projectionsMigrations } from './projection-tables.js';
import { customer } from './sample-projections.conformance.js';

const before = projectionsMigrations.filter(({ name }) => !name.startsWith('LaneFeeds'));
const lanes = 3;

/** How the version before divided keys: FNV-1a over UTF-16 with the finaliser of MurmurHash3. */
function formerLaneOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % lanes;
}

/** How often each of thirty events is applied: by the former lanes up to their checkpoints, by today's from there on. */
const timesApplied = (checkpoints: readonly number[]): readonly number[] =>
  Array.from({ length: 30 }, (_, position) => {
    const key = customer(position);
    const once = position <= (checkpoints[formerLaneOf(key)] ?? 0) ? 1 : 0;
    return once + (position > (checkpoints[laneOf(key, lanes)] ?? 0) ? 1 : 0);
  });

describe('an installation whose read models were divided as the version before did', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await testDatabase([...eventStoreMigrations, ...before]);
  });
  afterEach(async () => {
    await database.drop();
  });

  const upgrade = (): Promise<void> => migrate(database.url, [...eventStoreMigrations, ...projectionsMigrations]);
  async function readModel(positions: readonly number[]): Promise<void> {
    for (const [lane, position] of positions.entries())
      await database.owner.query(
        `INSERT INTO es.consumers (name, version, build, lane, lanes, position, epoch, effects_from, definition, auto_promote)
         VALUES ('items', 1, 1, $1, $2, $3, 1, 0, '', true)`,
        [lane, positions.length, position],
      );
  }
  const lease = (until: string): Promise<unknown> =>
    database.owner.query(`UPDATE es.consumers SET owner = 'other', fence = 1, lease_until = clock_timestamp() + $1`, [
      until,
    ]);

  it('would lose events and apply others twice, unless its lanes are equally far', () => {
    expect(new Set(timesApplied([14, 14, 14]))).toEqual(new Set([1]));
    expect(new Set(timesApplied([20, 14, 9]))).toEqual(new Set([0, 1, 2]));
  });

  it('goes on where lanes are equally far; who still has an old lease cannot move them any more', async () => {
    await readModel([14, 14, 14]);
    await lease('-1 second');
    await upgrade();
    const lane = { name: 'items', version: 1, build: 1, lane: 0 };
    const old: Lease = {
      ...{ position: 14n, cursor: null, epoch: 1n, fence: 1n, lanes, filled: true, troubled: false, wanted: false },
    };
    await expect(moveCheckpoint(database.owner, lane, old, { to: 15n, leaseMs: 1000 })).rejects.toThrow(LeaseLostError);
    const taken = await acquireLease(database.owner, lane, { owner: 'us', leaseMs: 1000, epoch: 1n });
    expect(taken).toMatchObject({ position: 14n, cursor: null });
  });

  it('goes on where a read model has one lane, whoever feeds it and however far it is', async () => {
    await readModel([9]);
    await lease('1 hour');
    await upgrade();
  });

  it.each([
    ['lanes are not equally far', [14, 9, 14], '', /several lanes.*rebuild NAME --lanes 1/s],
    [
      'an event is parked in a lane',
      [14, 14, 14],
      `INSERT INTO es.parked (name, version, build, lane, key, position, read_after, event_id, type, recorded_at, attempts)
       VALUES ('items', 1, 1, 1, 'k', 9, 8, gen_random_uuid(), 't', now(), 1)`,
      /several lanes/,
    ],
    [
      'a lane has an erasure before it',
      [14, 14, 14],
      `INSERT INTO es.unapplied_erasures (name, version, build, lane, key, position) VALUES ('items', 1, 1, 1, 'k', 20)`,
      /several lanes/,
    ],
    [
      'a program feeds them',
      [14, 14, 14],
      `UPDATE es.consumers SET owner = 'other', lease_until = clock_timestamp() + interval '5 seconds'`,
      /Stop every program/,
    ],
  ])('is left as it is where %s', async (_, positions, also, message) => {
    await readModel(positions);
    await database.owner.query(also);
    const { rows } = await database.owner.query('SELECT * FROM es.consumers ORDER BY lane');
    await expect(upgrade()).rejects.toThrow(message);
    expect((await database.owner.query('SELECT * FROM es.consumers ORDER BY lane')).rows).toEqual(rows);
  });
});
