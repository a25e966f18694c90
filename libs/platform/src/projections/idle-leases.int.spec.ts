import { acquireLease, idleLeases, type Lease, LeaseLostError } from '#platform/consumers';
import { added, customer, itemLog, logOf } from './sample-projections.conformance.js';
import { TestEngine } from './test-engine.conformance.js';

let engine: TestEngine;

beforeAll(async () => {
  engine = await TestEngine.open();
});
beforeEach(() => engine.forgetEverything());
afterEach(() => jest.restoreAllMocks());
afterAll(() => engine.close());

const lanes = [0, 1, 2, 3].map((lane) => ({ name: 'item-log', version: 1, build: 1, lane }));
const leaseMs = 60_000;

async function take(index: number, owner = `owner-${String(index)}`): Promise<Lease> {
  const lease = await acquireLease(engine.pool, lanes[index]!, { owner, leaseMs, epoch: 1n });
  if (typeof lease === 'string') throw new Error(lease);
  return lease;
}

const takeAll = async (): Promise<readonly Lease[]> => {
  await engine.catchUp(logOf(added(customer(1))), { lanes: lanes.length }, [itemLog]);
  return Promise.all(lanes.map((_, index) => take(index)));
};

const places = async () =>
  (
    await engine.db.query<{ position: string; left: boolean }>(
      `SELECT position, lease_until > clock_timestamp() + interval '50 seconds' AS left FROM es.consumers ORDER BY lane`,
    )
  ).rows.map(({ position, left }) => [BigInt(position), left]);

describe('consumers that have nothing to do', () => {
  const asks = {
    'move over what was for nobody': (lease: Lease, index: number) =>
      idleLeases(engine.pool).passOver(lanes[index]!, lease, { to: lease.position + 5n, leaseMs }),
    'keep their leases': (lease: Lease, index: number) => idleLeases(engine.pool).renew(lanes[index]!, lease, leaseMs),
  };

  it.each(Object.entries(asks))('%s in one statement', async (what, ask) => {
    const leases = await takeAll();
    await engine.expireLeases();
    const asked = jest.spyOn(engine.pool, 'query');
    const kept = await Promise.all(leases.map(ask));
    expect(asked).toHaveBeenCalledTimes(1);
    const moved = what.startsWith('move') ? 5n : 0n;
    expect(kept).toEqual(leases.map((lease) => ({ ...lease, position: lease.position + moved })));
    expect(await places()).toEqual(leases.map(({ position }) => [position + moved, true]));
    // As the next one of each finds it.
    expect(await Promise.all(kept.map(ask))).toHaveLength(lanes.length);
  });

  it.each(Object.entries(asks))('%s also where one has lost its lease and one is locked', async (_, ask) => {
    const leases = await takeAll();
    await engine.expireLeases();
    await take(1, 'heir');
    const [, , third] = await places();
    const locker = await engine.pool.connect();
    await locker.query(`BEGIN; SELECT FROM es.consumers WHERE lane = 2 FOR UPDATE`);
    try {
      const [first, second, locked, fourth] = leases.map(ask);
      await expect(second).rejects.toThrow(LeaseLostError);
      expect(await Promise.all([first, fourth])).toHaveLength(2);
      expect((await places())[2]).toEqual(third);
      await locker.query('COMMIT');
      expect(await locked).toMatchObject({ fence: leases[2]!.fence });
      expect((await places())[2]?.[1]).toBe(true);
    } finally {
      locker.release(true);
    }
  });

  it('hear that somebody wishes for a lane of theirs', async () => {
    const leases = await takeAll();
    await engine.db.query(
      `INSERT INTO es.lane_wishes (name, version, build, lane, wanted_by, wanted_until)
       VALUES ('item-log', 1, 1, 1, 'another', clock_timestamp() + interval '1 minute')`,
    );
    for (const ask of Object.values(asks))
      expect((await Promise.all(leases.map(ask))).map(({ wanted }) => wanted)).toEqual([false, true, false, false]);
    await engine.db.query('DELETE FROM es.lane_wishes');
  });

  it('move nothing in another epoch, or from where they are not', async () => {
    const leases = await takeAll();
    const [move] = Object.values(asks);
    const elsewhere = leases.map((lease, index) => (index < 2 ? { ...lease, position: lease.position + 1n } : lease));
    const outcomes = await Promise.allSettled(elsewhere.map((lease, index) => move!(lease, index)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
    await engine.db.query('UPDATE es.store SET epoch = 2');
    const after = await Promise.allSettled(leases.slice(0, 2).map((lease, index) => move!(lease, index)));
    expect(after).toMatchObject([{ reason: expect.any(LeaseLostError) }, { reason: expect.any(LeaseLostError) }]);
  });
});
