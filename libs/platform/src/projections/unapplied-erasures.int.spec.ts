import { type Projection } from '#kernel';
import { type BuildRef } from '#platform/consumers';
import {
  added,
  customer,
  customerTotals,
  erased,
  itemLog,
  items,
  logOf,
  sampleProjections,
} from './sample-projections.conformance.js';
import { TestEngine, until } from './test-engine.conformance.js';
import { eraseFromBuilds, removeErasedRows } from './unapplied-erasures.js';

let engine: TestEngine;
const [one, other] = [customer(1), customer(2)];
const history = () => logOf(added(one), added(other), added(one, 'lamp'));

beforeAll(async () => {
  engine = await TestEngine.open();
});
beforeEach(() => engine.forgetEverything());
afterAll(() => engine.close());

const rowsOf = async ({ name, version, build }: BuildRef, key: string): Promise<number> => {
  const table = `rm.${name.replaceAll('-', '_')}_v${String(version)}_b${String(build)}`;
  const { rows } = await engine.db.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM ${table} t WHERE t::text LIKE '%' || $1 || '%'`,
    [key],
  );
  return rows[0]?.count ?? -1;
};
const buildOf = ({ name, version }: Projection, build = 1): BuildRef => ({ name, version, build });
const written = async (): Promise<number> =>
  (await engine.db.query('SELECT FROM es.unapplied_erasures')).rowCount ?? -1;

describe('erasing from builds that nobody feeds', () => {
  it.each([itemLog, items, customerTotals])("removes the rows of $name, and nobody else's", async (projection) => {
    const log = history();
    await engine.catchUp(log, { lanes: 2 });
    await eraseFromBuilds(engine.pool, { key: one, position: log.append(erased(one)) });
    expect(await rowsOf(buildOf(projection), one)).toBe(0);
    expect(await rowsOf(buildOf(projection), other)).toBeGreaterThan(0);
  });

  it('does so in builds of another version than this code has', async () => {
    const log = history();
    await engine.catchUp(log);
    const next = { ...items, version: 2 };
    const host = engine.start(engine.parts(log), [next]);
    await until(async () => (await engine.active(items)).build === 2, 'the next version is read');
    await eraseFromBuilds(engine.pool, { key: one, position: log.append(erased(one)) });
    expect(await rowsOf(buildOf(items), one)).toBe(0);
    await until(async () => (await rowsOf(buildOf(next, 2), one)) === 0, 'removed by the event where it is fed');
    await host.stop();
  });

  it('leaves builds that are fed to the event', async () => {
    const log = history();
    await engine.catchUp(log);
    await engine.db.query(
      `UPDATE es.consumers SET owner = 'somebody', lease_until = clock_timestamp() + interval '1 hour'`,
    );
    await eraseFromBuilds(engine.pool, { key: one, position: log.append(erased(one)) });
    expect(await rowsOf(buildOf(items), one)).toBe(2);
  });

  it('is made up for when a consumer stopped before it came to the erasure', async () => {
    const log = history();
    await engine.catchUp(log);
    await engine.db.query(
      `UPDATE es.consumers SET owner = 'somebody', lease_until = clock_timestamp() + interval '1 hour'`,
    );
    await eraseFromBuilds(engine.pool, { key: one, position: log.append(erased(one)) });
    await engine.expireLeases();
    await removeErasedRows(engine.pool);
    expect(await rowsOf(buildOf(items), one)).toBe(0);
  });

  it('also where a consumer holds its lease and cannot go on', async () => {
    const log = history();
    await engine.catchUp(log);
    await engine.db.query(
      `UPDATE es.consumers SET status = 'paused', owner = 'somebody', lease_until = clock_timestamp() + interval '1 hour'`,
    );
    await eraseFromBuilds(engine.pool, { key: one, position: log.append(erased(one)) });
    expect(await rowsOf(buildOf(items), one)).toBe(0);
  });

  it('does it again when the build went on meanwhile and stopped again', async () => {
    const log = history();
    await engine.catchUp(log);
    const position = log.append(added(one, 'hat'), erased(one));
    await eraseFromBuilds(engine.pool, { key: one, position });
    // Somebody who still had the key read on, up to just before the erasure.
    await engine.db.query(
      `INSERT INTO rm.items_v1_b1 SELECT r.* FROM rm.items_v1_b1 m, LATERAL jsonb_populate_record(m,
      jsonb_build_object('customer', $1::text)) AS r LIMIT 1`,
      [one],
    );
    await engine.db.query(`UPDATE es.consumers SET position = $1`, [position - 1n]);
    expect(await rowsOf(buildOf(items), one)).toBe(1);
    await removeErasedRows(engine.pool);
    expect(await rowsOf(buildOf(items), one)).toBe(0);
  });

  it('lets the build go on to what the log says, and forgets what it was waiting for', async () => {
    const log = history();
    await engine.catchUp(log, { lanes: 2 });
    const position = log.append(added(one, 'hat'), erased(one), added(one, 'coat'));
    await eraseFromBuilds(engine.pool, { key: one, position: position - 1n });
    expect(await engine.admin(log).verify('items')).toMatchObject({ ok: true, erasedKeys: [one] });
    await engine.catchUp(log, { lanes: 2 });
    for (const projection of sampleProjections) await engine.equalsTheLog(log, projection);
    await removeErasedRows(engine.pool);
    expect(await written()).toBe(0);
    expect(await engine.admin(log).verify('items')).toMatchObject({ ok: true, erasedKeys: [] });
  });

  it('does not touch what a customer left who came back and is in the build', async () => {
    const log = history();
    const position = log.append(erased(one));
    log.append(added(one, 'coat'));
    await engine.catchUp(log);
    await eraseFromBuilds(engine.pool, { key: one, position });
    expect(await rowsOf(buildOf(items), one)).toBe(1);
    expect(await written()).toBe(0);
  });
});
