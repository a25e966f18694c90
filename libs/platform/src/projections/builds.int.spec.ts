import { type Projection, type ReadModels } from '#kernel';
import { createReadModels, ReadModelMissingError } from '../read-store/index.js';
import {
  added,
  broken,
  customer,
  customerTotals,
  itemLog,
  items,
  logOf,
  TestLog,
} from './sample-projections.conformance.js';
import { quick, TestEngine, until } from './test-engine.conformance.js';
import { foldInMemory, type RebuildProgress } from './index.js';
import { listBuilds } from './builds.js';
import { promoteBuild } from './promote.js';
import { appliedOf } from './rebuild.js';

let engine: TestEngine;

beforeAll(async () => {
  engine = await TestEngine.open();
});
beforeEach(() => engine.forgetEverything());
afterAll(() => engine.close());

const second: Projection = { ...itemLog, version: 2 };
const manyEvents = (count: number): ReturnType<typeof added>[] =>
  Array.from({ length: count }, (_, index) => added(customer(index % 9), `item ${String(index)}`));

const isActive = (projection: Projection, build: number) => async (): Promise<boolean> => {
  const active = await engine.active(projection);
  return active.version === projection.version && active.build === build;
};

/** The events of the log come late: whoever looks before that finds nothing in a build that is filled. */
function lateEvents(log: TestLog, looks: number): void {
  const looked = jest.spyOn(log, 'head');
  jest.spyOn(log, 'readAll').mockImplementation((after, limit) => {
    const late = looked.mock.calls.length < looks;
    return late ? Promise.resolve({ events: [], full: false }) : TestLog.prototype.readAll.call(log, after, limit);
  });
}

/** Reads all the time, and remembers every answer that was smaller than one before it. */
function reader(log: TestLog): { readonly shrunk: string[]; readonly answers: () => number; stop(): Promise<void> } {
  const readModels: ReadModels = createReadModels(engine.pool);
  const shrunk: string[] = [];
  let answers = 0;
  let stopped = false;
  const read = async (): Promise<void> => {
    let most = 0n;
    while (!stopped) {
      const [row] = await readModels.query<{ count: bigint }>('SELECT count(*) AS count FROM {item-log}', []);
      const count = row?.count ?? 0n;
      if (count < most) shrunk.push(`${String(count)} after ${String(most)} of ${String(log.events.length)}`);
      most = count;
      answers++;
    }
  };
  const reading = Promise.all([read(), read()]);
  return {
    shrunk,
    answers: () => answers,
    stop: async () => {
      stopped = true;
      await reading;
    },
  };
}

describe('a build that fails', () => {
  const failing: Projection = {
    ...itemLog,
    version: 2,
    when: {
      ...itemLog.when,
      'item.added': () => {
        throw new Error('no such bag');
      },
    },
  };
  const settings = { maxParked: 0 };

  it('takes nobody out of rotation while it is not read, and does when it is', async () => {
    const log = logOf(...manyEvents(20));
    await engine.catchUp(log, {}, [itemLog]);
    const host = engine.start({ ...engine.parts(log), settings }, [itemLog, failing]);
    await until(() => host.health().lanes.some(({ version, state }) => version === 2 && state === 'failed'), 'failed');
    log.append(added(customer(1)));
    await until(async () => (await engine.rows(itemLog)).size === 21, 'the one that is read goes on');
    expect(host.health()).toMatchObject({ ok: true, errors: {} });
    await until(async () => (await engine.admin(log).status()).some(({ state }) => state === 'failed'), 'told');

    const admin = engine.admin(log, [itemLog]);
    await admin.promote('item-log', { build: 2, force: true });
    await until(() => !host.health().ok, 'what is read fails');
    await admin.rollback('item-log');
    await until(() => host.health().ok, 'as before');
  });

  it('is dropped when it was read before: nobody goes back to it', async () => {
    const log = logOf(...manyEvents(20));
    await engine.catchUp(log, {}, [itemLog]);
    await engine.admin(log).rebuild('item-log', { settings: quick });
    const host = engine.start(engine.parts(log), [itemLog]);
    await until(() => host.health().lanes.filter(({ behind }) => !behind).length === 2, 'both at the head');
    await engine.db.query(`UPDATE es.consumers SET status = 'failed', error = 'too many are parked' WHERE build = 1`);
    await until(async () => (await engine.admin(log).status()).length === 1, 'dropped');
    expect(await isActive(itemLog, 2)()).toBe(true);
  });
});

describe('a new version', () => {
  it('is filled beside the old one and promoted, and no reader sees anything disappear while events come in', async () => {
    const log = logOf(...manyEvents(500));
    const settings = { batchSize: 20, fillBatchSize: 50, promoteWithin: 100 };
    await engine.catchUp(log, settings, [itemLog]);
    const watch = reader(log);
    let writing = true;
    const writer = (async () => {
      while (writing) {
        log.append(...manyEvents(7));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    const host = engine.start({ ...engine.parts(log), settings }, [itemLog, second]);
    await until(isActive(second, 2), 'version 2 is read');
    const before = watch.answers();
    await until(() => watch.answers() > before + 20, 'read after the promotion');
    // Back and forth again, still under load.
    await engine.admin(log, [second]).rollback('item-log');
    expect(await engine.active(itemLog)).toMatchObject({ version: 1, build: 1 });
    await engine.admin(log, [second]).rebuild('item-log', { lanes: 3, settings: { ...quick, fillBatchSize: 100 } });
    expect(await engine.active(itemLog)).toMatchObject({ version: 2, build: 3 });
    writing = false;
    await writer;
    await until(() => engine.isAtHead(log, [itemLog]), 'every build at the head');
    await watch.stop();
    expect(watch.shrunk).toEqual([]);
    expect((await engine.rows(second)).size).toBe(log.events.length);
    expect(host.health().errors).toEqual({});
  });

  it('is not read before it has all that the log had, also where nobody can be asked to reach what was read', async () => {
    const log = logOf(...manyEvents(3));
    await engine.catchUp(log, {}, [itemLog]);
    await engine.db.query('UPDATE es.consumers SET epoch = epoch - 1');
    lateEvents(log, 12);
    const watch = reader(log);
    await until(() => watch.answers() > 0, 'somebody reads');
    engine.start({ ...engine.parts(log), settings: { promoteWithin: Number.MAX_SAFE_INTEGER } }, [second]);
    await until(isActive(second, 2), 'version 2 is read');
    const before = watch.answers();
    await until(() => watch.answers() > before + 4, 'read after the promotion');
    await watch.stop();
    expect(watch.shrunk).toEqual([]);
    expect((await engine.rows(second)).size).toBe(3);
  });

  it('does not begin with effects before where the old one was when it started', async () => {
    const log = logOf(...manyEvents(10));
    await engine.catchUp(log, {}, [itemLog]);
    const at = await log.head();
    engine.start({ ...engine.parts(log), settings: { autoPromote: false } }, [itemLog, second]);
    await until(async () => (await engine.admin(log).status()).length === 2, 'both are there');
    const status = await engine.admin(log, [second]).status();
    expect(status.map(({ version, role, effectsFrom }) => ({ version, role, effectsFrom }))).toEqual([
      { version: 1, role: 'active', effectsFrom: 0n },
      { version: 2, role: 'new', effectsFrom: at },
    ]);
  });

  it('is not promoted by itself when it has parked what the old one applied', async () => {
    const log = logOf(...manyEvents(10));
    await engine.catchUp(log, {}, [itemLog]);
    const worse: Projection = {
      ...second,
      when: {
        'item.added': () => {
          throw new Error('a new mistake');
        },
      },
    };
    const host = engine.start(engine.parts(log), [itemLog, worse]);
    await until(async () => (await engine.admin(log).status()).length === 2, 'both are there');
    await until(() => engine.isAtHead(log, [itemLog]), 'both at the head');
    await until(() => host.health().lanes.every(({ behind }) => !behind), 'both idle');
    log.append(...manyEvents(1));
    await until(() => engine.isAtHead(log, [itemLog]), 'both at the head again');
    expect(await engine.active(itemLog)).toMatchObject({ version: 1 });
    await expect(engine.admin(log, [worse]).promote('item-log')).rejects.toThrow(/has not applied what/);
    await engine.admin(log, [worse]).promote('item-log', { force: true });
    expect(await engine.active(itemLog)).toMatchObject({ version: 2 });
  });

  it('that does not follow what nobody feeds any more is trouble, until somebody decides', async () => {
    const log = logOf(...manyEvents(10));
    await engine.catchUp(log, {}, [itemLog]);
    const [first] = log.events;
    const worse: Projection = {
      ...second,
      when: {
        'item.added': (...asked) => {
          if (asked[1].position === first?.position) throw new Error('a new mistake');
          return second.when['item.added']?.(...asked);
        },
      },
    };
    const host = engine.start(engine.parts(log), [worse]);
    await until(() => !host.health().ok, 'nobody feeds what is read');
    expect(host.health().errors['item-log']).toMatch(/item_log_v1_b1 is read and nobody feeds it.*promote it/);
    await engine.admin(log, [worse]).promote('item-log', { force: true });
    await until(() => host.health().ok, 'decided');
    await host.stop();
    // The older code again, which nobody told.
    const older = engine.start(engine.parts(log), [itemLog]);
    await until(() => !older.health().ok, 'nobody feeds what is newer');
  });

  it('answers what its predecessor cannot once it is there; until then nobody is told that the query is wrong', async () => {
    const log = logOf(...manyEvents(10));
    await engine.catchUp(log, {}, [itemLog]);
    const asked = 'SELECT not_there_yet FROM {item-log}';
    const newer = createReadModels(engine.pool, { versions: new Map([['item-log', 2]]) });
    await expect(newer.query(asked, [])).rejects.toThrow(ReadModelMissingError);
    const own = createReadModels(engine.pool, { versions: new Map([['item-log', 1]]) });
    await expect(own.query(asked, [])).rejects.toMatchObject({ code: '42703' });
  });

  it('is left alone by older code that starts beside it', async () => {
    const log = logOf(...manyEvents(3));
    await engine.catchUp(log, {}, [second]);
    const host = engine.start(engine.parts(log), [itemLog]);
    await until(() => host.health().errors['item-log'] !== undefined || host.health().lanes.length === 0, 'looked');
    expect(await engine.active(itemLog)).toMatchObject({ version: 2, build: 1 });
    expect(await engine.admin(log).status()).toHaveLength(1);
  });
});

describe('going back', () => {
  it('is one row, and is not undone by the host', async () => {
    const log = logOf(...manyEvents(20));
    // The older version first: where both begin at once, either may be the first to be active.
    await engine.catchUp(log, {}, [itemLog]);
    engine.start(engine.parts(log), [itemLog, second]);
    await until(async () => (await engine.active(second).catch(() => ({ version: 0 }))).version === 2, 'promoted');
    const back = await engine.admin(log).rollback('item-log');
    expect(back).toMatchObject({ version: 1 });
    log.append(...manyEvents(5));
    await until(() => engine.isAtHead(log, [itemLog]), 'both at the head: the old one is fed on');
    expect(await engine.active(itemLog)).toMatchObject({ version: 1 });
    expect((await engine.rows(itemLog)).size).toBe(25);
    await engine.admin(log).rollback('item-log');
    expect(await engine.active(itemLog)).toMatchObject({ version: 2 });
  });

  it('is not undone by a promotion that was decided before it, and comes after it', async () => {
    const log = logOf(...manyEvents(20));
    await engine.catchUp(log, {}, [itemLog]);
    const ref = await engine.admin(log).rebuild('item-log', { promote: false, settings: quick });
    const decided = () => promoteBuild(engine.pool, ref, { waitMs: 1000, once: true });
    // Two processes have seen that it is at the head; one of them is quicker, and then a person.
    await decided();
    await engine.admin(log).rollback('item-log');
    await decided();
    expect(await engine.active(itemLog)).toMatchObject({ build: 1 });
    await engine.admin(log).promote('item-log');
    expect(await engine.active(itemLog)).toMatchObject({ build: 2 });
  });

  it('needs somewhere to go', async () => {
    const log = logOf(...manyEvents(1));
    await engine.catchUp(log, {}, [itemLog]);
    await expect(engine.admin(log).rollback('item-log')).rejects.toThrow(/no previous build/);
  });
});

describe('a rebuild', () => {
  it('comes to the same rows and says how far it is', async () => {
    const log = logOf(...manyEvents(300), broken(customer(1)), added(customer(1)));
    await engine.catchUp(log, {}, [items]);
    const before = await engine.rows(items);
    const progress: RebuildProgress[] = [];
    const settings = { ...quick, fillBatchSize: 10, promoteWithin: 0 };
    const onProgress = (at: RebuildProgress): void => void progress.push(at);
    const ref = await engine.admin(log).rebuild('items', { settings, onProgress });
    expect(ref).toEqual({ name: 'items', version: 1, build: 2 });
    expect(await engine.active(items)).toMatchObject(ref);
    expect(await engine.rows(items)).toEqual(before);
    expect(progress.at(-1)).toMatchObject({ etaMs: 0 });
    expect(progress.at(-1)!.applied).toBe(progress.at(-1)!.total);
    expect(progress.every(({ applied, total }) => applied <= total)).toBe(true);
  });

  it('says how far all lanes are together, not only the last of them', async () => {
    const log = logOf(...manyEvents(40));
    await engine.catchUp(log, {}, [itemLog]);
    const middle = log.events[19]!.position;
    const held = await engine.admin(log).rebuild('item-log', { lanes: 4, promote: false, settings: quick });
    await engine.db.query(
      `UPDATE es.consumers SET position = CASE lane WHEN 0 THEN 0 WHEN 1 THEN $2::bigint ELSE position END WHERE build = $1`,
      [held.build, middle],
    );
    const [build] = (await listBuilds(engine.db, 'item-log')).filter(({ build }) => build === held.build);
    const head = await log.head();
    expect(build).toMatchObject({ position: 0n, positions: [0n, middle, head, head] });
    expect(appliedOf(build!, engine.parts(log).source)).toBe(Math.floor((Number(middle) + 2 * Number(head)) / 4));
  });

  it('has all that the log had, also where nobody reads anything yet and few events are missing', async () => {
    const log = logOf(...manyEvents(3));
    await engine.catchUp(log, {}, [itemLog]);
    // As after a restore: what is read was applied in another epoch, and nobody can be asked to reach it.
    await engine.db.query('UPDATE es.consumers SET epoch = epoch - 1');
    lateEvents(log, 4);
    const settings = { ...quick, promoteWithin: Number.MAX_SAFE_INTEGER };
    await engine.admin(log).rebuild('item-log', { settings });
    expect(await isActive(itemLog, 2)()).toBe(true);
    expect((await engine.rows(itemLog)).size).toBe(3);
    expect(log.readAll).toHaveBeenCalled();
  });

  it('makes the declared indexes before it is read, and keeps two builds', async () => {
    const log = logOf(...manyEvents(20));
    await engine.catchUp(log, {}, [items]);
    const admin = engine.admin(log);
    for (let build = 2; build <= 6; build++) await admin.rebuild('items', { settings: quick });
    const { rows } = await engine.db.query<{ tablename: string; indexes: string }>(
      `SELECT tablename, count(*) AS indexes FROM pg_indexes WHERE schemaname = 'rm' GROUP BY tablename ORDER BY tablename`,
    );
    expect(rows).toEqual([
      { tablename: 'items_v1_b5', indexes: '3' },
      { tablename: 'items_v1_b6', indexes: '3' },
    ]);
  });

  it('may be left for a person to promote, also beside a running host', async () => {
    const log = logOf(...manyEvents(20));
    const host = engine.start(engine.parts(log), [itemLog]);
    await until(() => engine.isAtHead(log, [itemLog]), 'at the head');
    await engine.admin(log).rebuild('item-log', { promote: false, settings: quick });
    await until(
      () => host.health().lanes.filter(({ state }) => state === 'running').length === 2,
      'the host feeds both',
    );
    log.append(...manyEvents(5));
    await until(() => engine.isAtHead(log, [itemLog]), 'both at the head');
    expect(await engine.active(itemLog)).toMatchObject({ build: 1 });
    await engine.admin(log).promote('item-log');
    expect(await engine.active(itemLog)).toMatchObject({ build: 2 });
    await expect(engine.admin(log).promote('item-log', { build: 7 })).rejects.toThrow(
      /has no build 7; it has build 1 \(v1\)/,
    );
    await expect(engine.admin(log).rebuild('item-log', { lanes: 0 })).rejects.toThrow(/from 1 to 64 lanes/);
    await engine.admin(log).drop('item-log', 1);
    await until(() => host.health().lanes.length === 1, 'the host let go of the dropped build');
    await expect(engine.admin(log).drop('item-log', 2)).rejects.toThrow(/is being read/);
    expect(host.health()).toMatchObject({ ok: true, errors: {} });
  });

  it('can be broken off, and is finished by a host', async () => {
    const log = logOf(...manyEvents(400));
    await engine.catchUp(log, {}, [itemLog]);
    const stopping = new AbortController();
    const onProgress = (): void => {
      stopping.abort(new Error('enough'));
    };
    const settings = { ...quick, fillBatchSize: 1, promoteWithin: 0 };
    const rebuilding = engine.admin(log).rebuild('item-log', { signal: stopping.signal, onProgress, settings });
    await expect(rebuilding).rejects.toThrow('enough');
    expect(await engine.active(itemLog)).toMatchObject({ build: 1 });
    engine.start(engine.parts(log), [itemLog]);
    await until(isActive(itemLog, 2), 'promoted by the host');
    expect(await engine.rows(itemLog)).toEqual((await foldInMemory(itemLog, log.events)).rows);
  });
});

describe('the status', () => {
  it('tells how far each lane is behind, in events and in time', async () => {
    const log = logOf(added(customer(1)), added(customer(2)));
    await engine.catchUp(log, { lanes: 2 }, [customerTotals]);
    log.append(added(customer(1)), added(customer(2)), added(customer(3)));
    const status = await engine.admin(log, [customerTotals]).status();
    expect(status).toHaveLength(2);
    const next = log.events[2]!;
    for (const lane of status) {
      expect(lane).toMatchObject({ eventsBehind: 3, head: log.events[4]!.position, state: 'waiting' });
      expect(Math.abs(lane.secondsBehind - (Date.now() - next.recordedAt) / 1000)).toBeLessThan(60);
    }
  });
});
