import { raiseEpoch } from '#platform/event-store';
import { allGone, type Projection, type RecordedEvent } from '#kernel';
import { acquireLease, type Lease, LeaseLostError, moveCheckpoint } from '#platform/consumers';
import { applyPage, foldPage } from './apply-page.js';
import { BuildTable } from './build-table.js';
import { added, customer, customerTotals, itemLog, logOf } from './sample-projections.conformance.js';
import { quick, TestEngine, until } from './test-engine.conformance.js';
import { Folding } from './folding.js';
import { createMovedHub } from './index.js';
import { RowSet } from './row-set.js';

let engine: TestEngine;

beforeAll(async () => {
  engine = await TestEngine.open();
});
beforeEach(() => engine.forgetEverything());
afterAll(() => engine.close());

const lane = { name: 'item-log', version: 1, build: 1, lane: 0 };

async function take(owner: string): Promise<Lease> {
  const lease = await acquireLease(engine.pool, lane, { owner, leaseMs: 60_000, epoch: 1n });
  if (typeof lease === 'string') throw new Error(lease);
  return lease;
}

describe('a consumer', () => {
  it('tells that it hangs, also where that begins after an idle moment', async () => {
    const log = logOf();
    const host = engine.start(engine.parts(log), [itemLog]);
    const health = () => host.health().lanes[0];
    await until(() => health()?.state === 'running' && !health()!.behind, 'nothing to do');
    await engine.db.query('BEGIN; LOCK TABLE es.consumers IN ACCESS EXCLUSIVE MODE');
    log.append(added(customer(1)));
    await until(() => health()!.behind && Date.now() - health()!.lastProgressAt > 300, 'hung');
    await engine.db.query('ROLLBACK');
    await until(() => !health()!.behind, 'nothing to do again');
  });

  it('has its lane for itself: nobody takes a lease that is held', async () => {
    await engine.catchUp(logOf(added(customer(1))), {}, [itemLog]);
    await take('one');
    expect(await acquireLease(engine.pool, lane, { owner: 'two', leaseMs: 60_000, epoch: 1n })).toBe('taken');
  });

  it.each(['follows', 'is filled'])(
    'that %s is taken over when its lease has run out, and can then not commit any more',
    async (state) => {
      const log = logOf(added(customer(1)));
      await engine.catchUp(log, {}, [itemLog]);
      if (state === 'is filled') await engine.db.query('UPDATE es.consumers SET filled_at = NULL');
      const zombie = await take('zombie');
      await engine.expireLeases();
      const heir = await take('heir');
      expect(heir.fence).toBeGreaterThan(zombie.fence);

      log.append(added(customer(2)));
      const table = new BuildTable(lane, itemLog);
      const target = {
        ...{ pool: engine.pool, lane, table, folding: new Folding(itemLog, table.shape) },
        ...{ leaseMs: 60_000, attempts: 1, onSetAside: () => undefined },
      };
      const events = log.events.slice(1);
      const nothingParked = { keys: new Set<string>(), failed: 0, waiting: 0, discarded: new Set<bigint>() };
      const decoded = { events, upTo: events[0]!.position, condemned: new Map(), readAfter: () => 0n };
      const page = {
        ...decoded,
        cursor: null,
        ahead: foldPage(target, decoded, nothingParked, new RowSet(table.shape)),
      };
      await expect(applyPage(target, zombie, page, nothingParked)).rejects.toThrow(LeaseLostError);
      expect((await engine.rows(itemLog)).size).toBe(1);

      await applyPage(target, heir, page, nothingParked);
      expect((await engine.rows(itemLog)).size).toBe(2);
      // The same batch again, by the same owner: its position is not the stored one any more.
      await expect(applyPage(target, heir, page, nothingParked)).rejects.toThrow(LeaseLostError);
      expect((await engine.rows(itemLog)).size).toBe(2);
    },
  );

  it('shares the lanes with other processes and takes over those of one that is gone', async () => {
    const log = logOf(...Array.from({ length: 40 }, (_, index) => added(customer(index))));
    const settings = { lanes: 4, leaseMs: 200 };
    const first = engine.start({ ...engine.parts(log), settings }, [itemLog]);
    await until(() => first.health().lanes.filter(({ state }) => state === 'running').length === 4, 'four lanes run');
    const second = engine.start({ ...engine.parts(log), settings }, [itemLog]);
    for (const host of [first, second])
      await until(() => host.health().lanes.filter(({ state }) => state === 'standby').length === 2, 'two stand by');
    await first.stop();
    log.append(...Array.from({ length: 40 }, (_, index) => added(customer(index))));
    await until(() => engine.isAtHead(log, [itemLog]), 'the second has applied the rest');
    expect((await engine.rows(itemLog)).size).toBe(80);
    expect(second.health().ok).toBe(true);
  });

  it('loses nothing but time when nobody tells it that the log has moved', async () => {
    const log = logOf();
    log.mute = true;
    engine.start({ ...engine.parts(log), settings: { pollMs: 30 } }, [itemLog]);
    for (let events = 1; events <= 5; events++) {
      log.append(added(customer(events)));
      await until(() => engine.isAtHead(log, [itemLog]), `event ${String(events)} applied`);
    }
    expect((await engine.rows(itemLog)).size).toBe(5);
  });

  it('is woken by the log, and tells who reads it', async () => {
    const log = logOf();
    const hub = createMovedHub();
    const heard: string[] = [];
    hub.onMoved('item-log', () => heard.push('moved'));
    const settings = { pollMs: 600_000, leaseMs: 3_600_000 };
    const host = engine.start({ ...engine.parts(log), hub, settings }, [itemLog]);
    await until(() => host.health().lanes.some(({ behind }) => !behind), 'asleep at the head');
    log.append(added(customer(1)));
    await until(() => heard.length > 0, 'a hint');
    expect((await engine.rows(itemLog)).size).toBe(1);
  });

  it('finishes the batch in hand when it is stopped, and gives its lease back', async () => {
    const log = logOf(...Array.from({ length: 300 }, (_, index) => added(customer(index))));
    const host = engine.start({ ...engine.parts(log), settings: { batchSize: 7, fillBatchSize: 7 } }, [itemLog]);
    await until(async () => (await engine.rows(itemLog).catch(() => new Map())).size > 0, 'under way');
    await host.stop();
    const { rows } = await engine.db.query<{ owner: string | null; position: string }>(
      `SELECT owner, position FROM es.consumers`,
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.owner).toBeNull();
    const stored = await engine.rows(itemLog);
    expect(log.events.filter(({ position }) => position <= BigInt(rows[0]!.position))).toHaveLength(stored.size);
  });

  it('pauses at an event that is newer than the code, applies what comes before it, and skips nothing', async () => {
    const log = logOf(added(customer(1)), added(customer(2)), added(customer(3), 'new'), added(customer(4)));
    let code = 'old';
    const decode = (events: readonly RecordedEvent[]): Promise<readonly RecordedEvent[]> => {
      const isNew = events.some(({ data }) => (data as { item: string }).item === 'new');
      const error = Object.assign(new Error('item.added is of schema version 2'), { name: 'EventNewerThanCodeError' });
      return code === 'old' && isNew ? Promise.reject(error) : Promise.resolve(events);
    };
    const host = engine.start({ ...engine.parts(log), decode }, [itemLog]);
    await until(() => host.health().lanes.some(({ state }) => state === 'paused'), 'paused');
    expect(host.health()).toMatchObject({ ok: false, lanes: [{ error: 'item.added is of schema version 2' }] });
    expect((await engine.rows(itemLog)).size).toBe(2);
    await until(async () => (await engine.admin(log).status())[0]?.state === 'paused', 'paused for everybody to see');
    code = 'new';
    await until(() => engine.isAtHead(log, [itemLog]), 'went on');
    expect((await engine.rows(itemLog)).size).toBe(4);
    expect((await engine.admin(log).status())[0]).toMatchObject({ state: 'running', error: null, eventsBehind: 0 });
  });

  it('refuses to go on in another history', async () => {
    const log = logOf(added(customer(1)), added(customer(2)));
    await engine.catchUp(log, {}, [itemLog]);
    const shorter = engine.start(engine.parts(logOf(added(customer(1)))), [itemLog]);
    await until(() => shorter.health().lanes.some(({ state }) => state === 'failed'), 'failed');
    expect(shorter.health().lanes[0]?.error).toMatch(/ahead of the store; rebuild/);
    await shorter.stop();
    await engine.db.query('UPDATE es.store SET epoch = 2');
    const restored = Object.assign(logOf(added(customer(1)), added(customer(2)), added(customer(3))), { epoch: 2n });
    const other = engine.start(engine.parts(restored), [itemLog]);
    await until(() => other.health().lanes.some(({ state }) => state === 'failed'), 'failed');
    expect(other.health().lanes[0]?.error).toMatch(/another epoch.*rebuild/);
    expect((await engine.rows(itemLog)).size).toBe(2);
    await engine.admin(restored).rebuild('item-log', { settings: quick });
    expect((await engine.rows(itemLog)).size).toBe(3);
  });

  it('stops when the epoch is raised beside it, asleep or not, and says what to do', async () => {
    const log = logOf(added(customer(1)));
    const settings = { leaseMs: 300 };
    const host = engine.start({ ...engine.parts(log), settings }, [itemLog, customerTotals]);
    await until(() => engine.isAtHead(log, [itemLog, customerTotals]), 'at the head');
    await engine.db.query('SELECT es.raise_epoch()');
    log.append(added(customer(2)));
    await until(() => host.health().lanes.every(({ state }) => state === 'failed'), 'failed');
    expect(host.health().lanes[0]?.error).toMatch(/another epoch than this process.*restart/);
    expect((await engine.rows(itemLog)).size).toBe(1);
    await expect(engine.admin(log).rebuild('item-log')).rejects.toThrow(/another epoch than this process/);
  });

  it('does not commit a page that it read in an epoch that is over', async () => {
    const log = logOf(added(customer(1)));
    await engine.catchUp(log, {}, [itemLog]);
    const lease = await take('reader');
    log.append(added(customer(2)));
    await engine.db.query('UPDATE es.store SET epoch = 2');
    const move = { to: log.events[1]!.position, leaseMs: 60_000 };
    await expect(moveCheckpoint(engine.db, lane, lease, move)).rejects.toThrow(LeaseLostError);
    expect(await acquireLease(engine.pool, lane, { owner: 'reader', leaseMs: 60_000, epoch: 1n })).toBe('fenced');
  });

  it('keeps the raising of the epoch waiting for the page that it is applying', async () => {
    const log = logOf(added(customer(1)));
    await engine.catchUp(log, {}, [itemLog]);
    const lease = await take('writer');
    const writer = await engine.pool.connect();
    try {
      await writer.query('BEGIN');
      await moveCheckpoint(writer, lane, lease, { to: lease.position + 1n, leaseMs: 60_000 });
      const raising = raiseEpoch(engine.database.url);
      await until(async () => {
        const { rowCount } = await engine.db.query(
          `SELECT FROM pg_stat_activity WHERE query LIKE '%raise_epoch%' AND wait_event = 'transactionid'`,
        );
        return rowCount === 1;
      }, 'waiting');
      await writer.query('COMMIT');
      expect(await raising).toBe(2n);
    } finally {
      writer.release(true);
    }
  });

  it('keeps its number of lanes, and says what to do to change it', async () => {
    const log = logOf(added(customer(1)));
    await engine.catchUp(log, { lanes: 2 }, [itemLog]);
    const host = engine.start({ ...engine.parts(log), settings: { lanes: 3 } }, [itemLog]);
    await until(() => !host.health().ok, 'not well');
    expect(host.health().errors['item-log']).toMatch(/has 2 lanes, not 3.*rebuild item-log/);
    // Fed all the same.
    log.append(added(customer(2)));
    await until(() => engine.isAtHead(log, [itemLog]), 'at the head');
    await engine.admin(log).rebuild('item-log', { lanes: 3 });
    await until(() => host.health().ok, 'well');
  });

  it('does not continue a version whose table was declared differently', async () => {
    const log = logOf(added(customer(1)));
    await engine.catchUp(log, {}, [customerTotals]);
    const columns = { ...customerTotals.table.columns, more: { type: 'text', nullable: true } } as const;
    const changed: Projection = { ...customerTotals, table: { ...customerTotals.table, columns } };
    const host = engine.start(engine.parts(log), [changed]);
    await until(() => !host.health().ok, 'not well');
    expect(host.health().errors['customer-totals']).toMatch(/raise the version/);
  });

  it('refuses a declaration that cannot be stored', () => {
    const wrong = (change: Partial<Projection>): (() => unknown) => {
      return () => engine.start(engine.parts(logOf()), [{ ...customerTotals, ...change } as Projection]);
    };
    expect(wrong({ name: 'No; DROP TABLE' })).toThrow(/kebab-case/);
    expect(wrong({ version: 0 })).toThrow(/version/);
    expect(wrong({ table: { ...customerTotals.table, owner: 'events' } })).toThrow(/owner.*uuid or text/);
    expect(wrong({ table: { ...customerTotals.table, primaryKey: ['nowhere'] } })).toThrow(/does not have/);
    expect(wrong({ when: { 'customer.erased': () => allGone } })).not.toThrow();
  });
});
