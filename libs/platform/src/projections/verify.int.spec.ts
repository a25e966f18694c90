import {
  added,
  broken,
  customer,
  customerTotals,
  itemLog,
  items,
  logOf,
  moved,
} from './sample-projections.conformance.js';
import { TestEngine } from './test-engine.conformance.js';
import { type Verified } from './index.js';
import { verifyProjection } from './verify.js';

let engine: TestEngine;
const log = logOf(
  added(customer(1), 'bag', '2.50'),
  added(customer(2), 'bag'),
  added(customer(2), 'lamp'),
  moved(customer(2), 'bag', 'hat'),
  added(customer(3), 'bag'),
  broken(customer(3)),
  added(customer(3), 'lamp'),
);

beforeAll(async () => {
  engine = await TestEngine.open();
});
beforeEach(async () => {
  await engine.forgetEverything();
  await engine.catchUp(log, { lanes: 2 });
});
afterAll(() => engine.close());

const verify = (name: string, maxRowsInMemory = 100_000): Promise<Verified> =>
  engine.admin(log).verify(name, { maxRowsInMemory });

describe('verifying', () => {
  it.each([itemLog, items, customerTotals])('finds that $name is what the log says', async ({ name }) => {
    const verified = await verify(name);
    expect(verified).toMatchObject({ ok: true, differences: 0, name, version: 1, build: 1 });
    expect(verified.rows).toBeGreaterThan(0);
    expect(verified.positions).toHaveLength(2);
  });

  it('gives the same hash however many passes it takes, and another one for other rows', async () => {
    const whole = await verify('items');
    expect((await verify('items', 1)).hash).toBe(whole.hash);
    await engine.db.query(`UPDATE rm.items_v1_b1 SET times = times + 1 WHERE item = 'hat'`);
    expect((await verify('items')).hash).not.toBe(whole.hash);
  });

  it('names keys that are parked instead of comparing them', async () => {
    await engine.db.query(`UPDATE rm.items_v1_b1 SET times = 99 WHERE customer = $1`, [customer(3)]);
    expect(await verify('items')).toMatchObject({ ok: true, parkedKeys: [customer(3)] });
  });

  it.each([1, 100_000])('names the first row that was changed (rows in memory: %p)', async (maxRows) => {
    await engine.db.query(`UPDATE rm.items_v1_b1 SET times = 7 WHERE customer = $1`, [customer(2)]);
    expect(await verify('items', maxRows)).toMatchObject({
      ok: false,
      differences: 2,
      first: { key: [customer(2), 'hat'], kind: 'different', column: 'times', expected: 1, found: 7 },
    });
  });

  it.each([1, 100_000])('names the first row that is missing (rows in memory: %p)', async (maxRows) => {
    await engine.db.query(`DELETE FROM rm.items_v1_b1 WHERE customer <> $1`, [customer(3)]);
    expect(await verify('items', maxRows)).toMatchObject({
      ok: false,
      differences: 3,
      first: { key: [customer(1), 'bag'], kind: 'missing', expected: { last_amount: '2.50' } },
    });
  });

  it('says so when the table is empty, without taking the whole read model into memory', async () => {
    await engine.db.query(`DELETE FROM rm.item_log_v1_b1`);
    expect(await verify('item-log', 1)).toMatchObject({ ok: false, differences: 4, first: { kind: 'missing' } });
  });

  it('finds nothing wrong with somebody who is erased while it looks', async () => {
    const parts = engine.parts(log);
    let isErased = false;
    const read: typeof parts.source.read = async (...asked) => {
      // After the snapshot: their keys are gone, and then their rows.
      if (!isErased) await engine.db.query(`DELETE FROM rm.items_v1_b1 WHERE customer = $1`, [customer(1)]);
      isErased = true;
      const page = await parts.source.read(...asked);
      return { ...page, events: page.events.filter(({ key }) => key !== customer(1)) };
    };
    const source = { ...parts.source, read };
    expect(await verifyProjection({ ...parts, source }, items)).toMatchObject({ ok: true });
  });

  it('names the first row that should not be there', async () => {
    await engine.db.query(`INSERT INTO rm.customer_totals_v1_b1 (customer, events, last) VALUES ($1, 1, 1)`, [
      customer(0),
    ]);
    expect(await verify('customer-totals')).toMatchObject({
      ok: false,
      differences: 1,
      first: { key: [customer(0)], kind: 'unexpected', found: { events: 1 } },
    });
  });

  it('finds a batch that was applied twice and one that was skipped', async () => {
    await engine.db.query(`UPDATE es.consumers SET position = 0 WHERE name = 'customer-totals'`);
    await engine.catchUp(log);
    expect(await verify('customer-totals')).toMatchObject({ ok: false, first: { column: 'events' } });
    await engine.db.query(`UPDATE es.consumers SET position = $1::bigint + 3 WHERE name = 'item-log'`, [
      await log.head(),
    ]);
    log.append(added(customer(4)), added(customer(5)), added(customer(6)));
    await engine.catchUp(log);
    expect(await verify('item-log')).toMatchObject({ ok: false, differences: 3, first: { kind: 'missing' } });
  });
});
