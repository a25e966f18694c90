import { crashingPool, type Crash } from '../consumers/crashing-pool.conformance.js';
import { CommandRefusedError, CommandTooEarlyError } from './execute-command.js';
import { type ReactionHealth } from './reaction-consumer.js';
import { type ReactionHost } from './reaction-host.js';
import {
  broken,
  HOUR_MS,
  itemReaction,
  itemTypes,
  type Note,
  testPool,
  TestReactor,
} from './test-reactor.conformance.js';

/** SAFAR_REACTION_HISTORIES: how many random histories; more than a few are for a night. */
const HISTORIES = Number(process.env['SAFAR_REACTION_HISTORIES'] ?? 3);

let reactor: TestReactor;
beforeEach(async () => {
  reactor = await TestReactor.open();
});
afterEach(async () => {
  jest.restoreAllMocks();
  Object.assign(broken, { events: false, timers: false });
  await reactor.close();
});

/** Mulberry32: a failing history can be told by its seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

async function until(holds: () => boolean | Promise<boolean>, what: string, timeoutMs = 60_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`did not come to pass: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
}

/** Items that are opened, poked and closed while the server's clock, and this process's, jump an hour to and fro. */
async function history(seed: number, length: number): Promise<void> {
  const random = randomOf(seed);
  const realNow = Date.now;
  for (let index = 0; index < length; index++) {
    const shift = random(2 * HOUR_MS) - HOUR_MS;
    const wrong = random(2 * HOUR_MS) - HOUR_MS;
    if (random(3) === 0) await reactor.setClock(shift);
    jest.spyOn(Date, 'now').mockImplementation(() => realNow() + wrong);
    const dueAt = realNow() + random(4 * HOUR_MS) - 2 * HOUR_MS;
    await reactor.append(itemTypes[random(itemTypes.length)] ?? '', `k${String(random(4))}`, dueAt, realNow());
  }
}

describe('reactions', () => {
  it.each(Array.from({ length: HISTORIES }, (_, index) => index + 1))(
    'do what a walk through the log does, with two processes that take over from each other and clocks that jump (%i)',
    async (seed) => {
      const reaction = itemReaction('live', {}, seed % 2 === 0 ? 'in-pieces' : 'whole');
      const other = testPool(reactor.database.url);
      const settings = { batchSize: 3, dispatchAtOnce: 2 };
      const hosts = [reactor.start([reaction], settings), reactor.start([reaction], settings, other)];
      const stealing = setInterval(() => void reactor.expireLeases(), 40);
      await history(seed, 60);
      clearInterval(stealing);
      // Beyond every deadline.
      await reactor.setClock(5 * HOUR_MS);
      await until(() => reactor.isDone(reaction), 'everything done');
      await Promise.all(hosts.map((host) => host.stop()));
      await other.end();
      const { found, expected } = await reactor.notes(reaction);
      expect(found).toEqual(expected);
      expect([...found.values()].flat().length).toBeGreaterThan(60);
    },
  );

  it('are shared by reactors that come and go, and each does all there is to do, once', async () => {
    const reactions = ['one', 'two', 'three', 'four', 'five'].map((name) => itemReaction(name));
    const other = testPool(reactor.database.url);
    const settings = { leaseMs: 3_000 };
    const running = ({ health }: ReactionHost): number =>
      health().reactions.filter(({ state }) => state === 'running').length;
    const first = reactor.start(reactions, settings);
    await until(() => running(first) === 5, 'the first has all of them');
    const second = reactor.start(reactions, settings, other);
    // Those that nothing happens to are handed over, too: whoever sleeps looks when they renew their lease.
    await until(() => running(first) === 3 && running(second) === 2, 'they share them');
    await history(3, 20);
    await reactor.setClock(5 * HOUR_MS);
    await first.stop();
    for (const reaction of reactions) await until(() => reactor.isDone(reaction), 'everything done');
    await second.stop();
    await other.end();
    for (const reaction of reactions) {
      const { found, expected } = await reactor.notes(reaction);
      expect(found).toEqual(expected);
    }
  });

  it('stay with whoever lets commands end for somebody who wishes for them, however long that takes', async () => {
    const reactions = ['kept', 'kept-too', 'kept-as-well'].map((name) => itemReaction(name));
    const settings = { leaseMs: 3_000 };
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    reactor.holding = () => released;
    await reactor.append('item.closed', 'k');
    reactor.start(reactions, settings);
    await until(() => reactor.asked.size === reactions.length, 'all are under way');
    const other = testPool(reactor.database.url);
    const second = reactor.start(reactions, settings, other);
    // A lease that is not renewed is over by then, and somebody else's.
    const isRenewed = async (): Promise<boolean> => {
      const { rows } = await reactor.database.owner.query<{ renewed: boolean }>(
        `SELECT bool_and(lease_until > $1::timestamptz) AS renewed FROM es.consumers`,
        [new Date(begunAt + 3 * settings.leaseMs)],
      );
      return rows[0]?.renewed === true;
    };
    const begunAt = Date.now();
    await until(isRenewed, 'leases are renewed');
    release();
    for (const reaction of reactions) await until(() => reactor.isDone(reaction), 'everything done');
    expect([...reactor.asked.values()]).toEqual(reactions.map(() => 1));
    await second.stop();
    await other.end();
  });

  it('tell that they hang, also where that begins after an idle moment', async () => {
    const host = reactor.start([itemReaction('hung')]);
    const health = () => host.health().reactions[0]!;
    await until(() => health().state === 'running' && !health().behind, 'nothing to do');
    await reactor.database.owner.query('BEGIN; LOCK TABLE es.reaction_timers, es.consumers IN ACCESS EXCLUSIVE MODE');
    await until(() => health().behind && Date.now() - health().lastProgressAt > 300, 'hung');
    await reactor.database.owner.query('ROLLBACK');
    await until(() => !health().behind, 'nothing to do again');
  });

  it('do what comes of a page before they rest: somebody waits for it', async () => {
    await reactor.append('item.closed', 'a');
    const host = reactor.start([itemReaction('prompt')], { pollMs: 1_000, restRatio: 1_000, promptRestRatio: 1_000 });
    await until(() => host.health().reactions[0]?.behind === false, 'it rests');
    expect(reactor.asked.size).toBe(1);
  });

  it('do what was asked for last beside a backlog, and the oldest of the backlog all the same', async () => {
    const reaction = itemReaction('beside');
    const backlog = Array.from({ length: 60 }, (_, index) => `old-${String(index)}`);
    for (const key of backlog) await reactor.append('item.closed', key);
    let allowed = 0;
    const begun: string[] = [];
    reactor.holding = async ({ key }) => {
      begun.push(key);
      await until(() => begun.indexOf(key) < allowed, 'it may go on');
    };
    reactor.start([reaction], { dispatchAtOnce: 4, batchSize: 10 });
    await until(() => begun.length === 4, 'the first are under way');
    await reactor.append('item.closed', 'new', 0, 2);
    // A history goes on to be told: it is recorded later, and happened before.
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) await reactor.append('item.closed', key, 0, 1);
    while (!begun.includes('new')) {
      allowed += 4;
      await until(() => begun.length > allowed || begun.length > backlog.length + 6, 'more are under way');
    }
    // Of sixty that were asked for before: one page is read in each round, and it is in the seventh.
    expect(begun.indexOf('new')).toBeLessThan(40);
    expect(begun.slice(0, 2)).toEqual(['old-0', 'old-1']);
    expect(begun.slice(0, 40)).toEqual(expect.arrayContaining(['old-2', 'old-3', 'old-4', 'old-5', 'old-6', 'old-7']));
    allowed = Infinity;
    await until(() => reactor.isDone(reaction), 'everything done');
    const { found, expected } = await reactor.notes(reaction);
    expect(found).toEqual(expected);
  });

  it('go on with others, and read on, while some take long; that those may hang is to be seen', async () => {
    const reaction = itemReaction('slow');
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    reactor.holding = ({ key }) => (key.startsWith('slow') ? released : Promise.resolve());
    const early = ['slow-0', 'slow-1', ...Array.from({ length: 10 }, (_, index) => `k${String(index)}`), 'slow-0'];
    for (const key of early) await reactor.append('item.closed', key);
    const host = reactor.start([reaction], { dispatchAtOnce: 4, batchSize: 5 });
    await until(() => reactor.asked.size > 2, 'they have begun');
    const begun = Date.now();
    const done = async () => [...(await reactor.stored(reaction)).keys()].length;
    await until(async () => (await done()) === 10, 'the others are done');
    await reactor.append('item.closed', 'late');
    await until(async () => (await done()) === 11, 'also who came later');
    const health = host.health().reactions[0]!;
    expect(health).toMatchObject({ state: 'running', behind: true });
    expect(health.lastProgressAt).toBeLessThanOrEqual(begun);
    const stopped = host.stop();
    release();
    await stopped;
    // What had been begun is done, and nothing else.
    expect((await reactor.stored(reaction)).get('slow-0')).toHaveLength(1);
    const { rows } = await reactor.database.owner.query<{ key: string }>('SELECT key FROM es.reaction_commands');
    expect(rows).toEqual([{ key: 'slow-0' }]);
    reactor.start([reaction]);
    await until(() => reactor.isDone(reaction), 'everything done');
    expect(new Set(reactor.asked.values())).toEqual(new Set([1]));
    const { found, expected } = await reactor.notes(reaction);
    expect(found).toEqual(expected);
  });

  it('do nothing before what its customer waits for already, under whichever of their keys', async () => {
    const reaction = itemReaction('first-things-first');
    for (let index = 0; index < 20; index += 1) await reactor.append('item.closed', `old-${String(index)}`);
    await reactor.append('item.closed', 'customer/past');
    for (let index = 20; index < 40; index += 1) await reactor.append('item.closed', `old-${String(index)}`);
    await reactor.append('item.closed', 'customer', 0, 2);
    // What is parked holds up nothing else, nor does what waits behind it.
    for (const key of ['other/past', 'other/past', 'other']) await reactor.append('item.closed', key, 0, 2);
    const begun: string[] = [];
    reactor.holding = ({ key }) => Promise.resolve(void begun.push(key));
    reactor.failing = ({ key }) => (key === 'other/past' ? new CommandRefusedError('never') : undefined);
    reactor.start([reaction], { dispatchAtOnce: 4, batchSize: 100 });
    await until(() => begun.length === 44, 'all but one have begun');
    expect(begun.indexOf('customer')).toBeGreaterThan(begun.indexOf('customer/past'));
    expect(begun.indexOf('other')).toBeGreaterThan(begun.indexOf('other/past'));
  });

  it('read no further while as many commands wait as may', async () => {
    const reaction = itemReaction('bounded');
    for (let index = 0; index < 60; index += 1) await reactor.append('item.closed', `k${String(index)}`);
    let most = 0;
    reactor.holding = async () => {
      const { rows } = await reactor.database.owner.query<{ waiting: number }>(
        'SELECT count(*)::integer AS waiting FROM es.reaction_commands',
      );
      most = Math.max(most, rows[0]?.waiting ?? 0);
    };
    reactor.start([reaction], { dispatchAtOnce: 2, batchSize: 10, maxWaiting: 15 });
    await until(() => reactor.isDone(reaction), 'everything done');
    // One page more than there may be before it is read.
    expect(most).toBeGreaterThan(15);
    expect(most).toBeLessThanOrEqual(25);
  });

  it.each([
    ['come too early', new CommandTooEarlyError('behind')],
    ['fail', new Error('not today')],
  ])('nor while none of them can be tried, and go on when they can: where they %s', async (_, error) => {
    const reaction = itemReaction('full');
    for (let index = 0; index < 20; index += 1) await reactor.append('item.closed', `k${String(index)}`);
    let isThere = false;
    let tries = 0;
    let queries = 0;
    reactor.failing = () => {
      tries += 1;
      return isThere ? undefined : error;
    };
    const query = reactor.pool.query.bind(reactor.pool) as (...args: unknown[]) => unknown;
    jest.spyOn(reactor.pool, 'query').mockImplementation((...args: unknown[]) => {
      queries += 1;
      return query(...args);
    });
    const slow = { pollMs: 200, backoffMs: 200, maxBackoffMs: 200, commandAttempts: 1_000 };
    const host = reactor.start([reaction], { ...slow, dispatchAtOnce: 8, batchSize: 2, maxWaiting: 3 });
    await until(() => tries >= 20, 'it has tried again and again');
    const [status] = await reactor.admin(reaction).status();
    // One page more than there may be before it is read.
    expect(status).toMatchObject({ waitingCommands: 4, state: 'running' });
    expect(status?.eventsBehind).toBeGreaterThan(10);
    expect(host.health().ok).toBe(true);
    // It sleeps until one may be tried again.
    expect(queries).toBeLessThan(10 * tries);
    const { lastProgressAt: before } = host.health().reactions[0]!;
    await until(() => host.health().reactions[0]!.lastProgressAt > before, 'it is alive');
    isThere = true;
    await until(() => reactor.isDone(reaction), 'everything done');
    const { found, expected } = await reactor.notes(reaction);
    expect(found).toEqual(expected);
  });

  it('read on whatever waits behind what is parked: only somebody can let that go on', async () => {
    const reaction = itemReaction('behind-parked');
    for (let index = 0; index < 20; index += 1) await reactor.append('item.closed', 'a');
    for (const key of ['b', 'd', 'c']) await reactor.append('item.closed', key);
    reactor.failing = ({ key }) =>
      key === 'a' ? new CommandRefusedError('never') : key === 'b' ? new CommandTooEarlyError('behind') : undefined;
    reactor.start([reaction], { batchSize: 2, maxWaiting: 5 });
    await until(async () => (await reactor.stored(reaction)).has('c'), 'what comes last is done');
  });

  it('do everything once though the process dies at any statement of its way', async () => {
    await history(7, 12);
    await reactor.setClock(5 * HOUR_MS);
    let runs = 0;
    const dyingAt = async (crash: Crash): Promise<boolean> => {
      const reaction = itemReaction(`dying-${String(++runs)}`, {}, runs % 2 === 0 ? 'in-pieces' : 'whole');
      const { pool, crashed } = crashingPool(reactor.database.url, crash);
      const settings = { batchSize: 5_000, pollMs: 1_000 };
      const host = reactor.start([reaction], settings, pool);
      await until(async () => crashed() || (await reactor.isDone(reaction)), 'done or dead');
      const reached = crashed();
      await host.stop();
      await pool.end();
      await reactor.expireLeases();
      const next = reactor.start([reaction], settings);
      await until(() => reactor.isDone(reaction), `done after a death at statement ${String(crash.at)}`);
      await next.stop();
      const { found, expected } = await reactor.notes(reaction);
      expect({ crash, found }).toEqual({ crash, found: expected });
      return reached;
    };
    // What is executed and never answered leaves the same behind as a death before the next statement.
    let at = 1;
    while (at < 200 && (await dyingAt({ at, when: 'after', forGood: true }))) at++;
    expect(at).toBeGreaterThan(20);
  }, 180_000);

  it('tell each of a hundred deadlines that passed while nothing ran with its own instant, once', async () => {
    const reaction = itemReaction('down');
    const from = Date.now();
    const dueAt = (index: number): number => from + 60_000 + index * 7_001;
    const first = reactor.start([reaction]);
    for (let index = 0; index < 100; index++) await reactor.append('item.opened', `k${String(index)}`, dueAt(index));
    await until(async () => (await reactor.admin(reaction).status())[0]?.timers === 100, 'all are set');
    await first.stop();
    await reactor.setClock(3 * HOUR_MS);
    const [status] = await reactor.admin(reaction).status();
    expect(status).toMatchObject({ timers: 100, overdueTimers: 100 });
    expect(status?.secondsOverdue).toBeGreaterThan(3_500);
    reactor.start([reaction]);
    await until(() => reactor.isDone(reaction), 'everything done');
    const log = await reactor.log();
    const told = log.filter(({ data }) => (data as { say?: string }).say === 'due is due');
    expect(told.map(({ key, occurredAt }) => [key, occurredAt]).sort()).toEqual(
      Array.from({ length: 100 }, (_, index) => [`note-k${String(index)}`, dueAt(index)]).sort(),
    );
    // One event moves the time of an idle log for all of them.
    expect(log.filter(({ type }) => type === 'time.passed').length).toBeLessThan(5);
  });

  it('dispatch again what they had dispatched when all is forgotten, and nothing is stored twice', async () => {
    const reaction = itemReaction('forgetful');
    await history(3, 20);
    await reactor.setClock(5 * HOUR_MS);
    reactor.start([reaction]);
    await until(() => reactor.isDone(reaction), 'everything done');
    await reactor.stopAll();
    await reactor.database.owner.query(
      `DELETE FROM es.consumers; DELETE FROM es.reaction_states; DELETE FROM es.reaction_pieces; DELETE FROM es.reaction_timers`,
    );
    reactor.start([reaction]);
    await until(() => reactor.isDone(reaction), 'everything done');
    expect(new Set(reactor.asked.values())).toEqual(new Set([2]));
    const { found, expected } = await reactor.notes(reaction);
    expect(found).toEqual(expected);
  });

  it('of a new version, which keeps it otherwise, remember what the old one did, and do only what it had not', async () => {
    const now = Date.now();
    await reactor.append('item.opened', 'a', now + HOUR_MS);
    reactor.start([itemReaction('growing')]);
    await until(() => reactor.asked.size === 1, 'the first note');
    await reactor.stopAll();
    await reactor.append('item.poked', 'a', now + 2 * HOUR_MS);
    const next = itemReaction('growing', { version: 2 }, 'in-pieces');
    reactor.start([next]);
    await reactor.setClock(4 * HOUR_MS);
    await until(() => reactor.isDone(next), 'everything done');
    expect([...reactor.asked.values()]).toEqual([1, 1, 1]);
    const { found, expected } = await reactor.notes(next);
    expect(found).toEqual(expected);
    const old = reactor.start([itemReaction('growing')]);
    await until(() => old.health().reactions[0]?.state === 'superseded', 'the old version steps back');
  });

  it('leave alone what happened before they were first started, where they act from then on', async () => {
    const reaction = itemReaction('late', { actsFrom: 'first-start' });
    await reactor.append('item.opened', 'a', Date.now() + HOUR_MS);
    reactor.start([reaction]);
    await until(async () => (await reactor.admin(reaction).status())[0]?.timers === 1, 'it is remembered');
    expect(reactor.asked.size).toBe(0);
    await reactor.setClock(2 * HOUR_MS);
    await until(() => reactor.isDone(reaction), 'everything done');
    const found = await reactor.stored(reaction);
    expect(found.get('a')?.map(({ say }) => say)).toEqual(['due is due']);
  });

  it.each(['whole', 'in-pieces'] as const)(
    'park an event that cannot be handled, and what follows of its key, until it is released (%s)',
    async (kept) => {
      const reaction = itemReaction('parking', {}, kept);
      broken.events = true;
      const now = Date.now();
      await reactor.append('item.opened', 'a', now + HOUR_MS);
      await reactor.append('item.broken', 'a');
      await reactor.append('item.poked', 'a', now + HOUR_MS);
      await reactor.append('item.opened', 'b', now + HOUR_MS);
      await reactor.setClock(2 * HOUR_MS);
      reactor.start([reaction]);
      const admin = reactor.admin(reaction);
      await until(async () => (await reactor.stored(reaction)).get('b')?.length === 2, 'other keys flow');
      const { triggers } = await admin.parked('parking');
      expect(triggers.map(({ type, attempts }) => [type, attempts])).toEqual([
        ['item.broken', 1],
        ['item.poked', 0],
      ]);
      expect(await admin.release('parking', 'a', { by: 'test' })).toMatchObject({ triggers: 0, stillParked: 2 });
      broken.events = false;
      expect(await admin.release('parking', 'a', { by: 'test' })).toMatchObject({ triggers: 2, stillParked: 0 });
      await until(() => reactor.isDone(reaction), 'everything done');
      const { found, expected } = await reactor.notes(reaction);
      expect(found).toEqual(expected);
    },
  );

  it('park a timer that cannot be handled; discarding it lets its key go on', async () => {
    const reaction = itemReaction('timers');
    broken.timers = true;
    await reactor.append('item.opened', 'a', Date.now() + HOUR_MS);
    reactor.start([reaction]);
    await until(async () => (await reactor.admin(reaction).status())[0]?.timers === 1, 'it is set');
    await reactor.setClock(2 * HOUR_MS);
    await until(async () => (await reactor.admin(reaction).status())[0]?.parkedTriggers === 1, 'it is parked');
    await reactor.append('item.closed', 'a');
    const admin = reactor.admin(reaction);
    await until(async () => (await admin.parked('timers')).triggers.length === 2, 'what follows waits');
    const position = (await admin.parked('timers')).triggers[0]?.position ?? 0n;
    await admin.discard('timers', { key: 'a', position, timer: 'due' }, { by: 'test', reason: 'a test' });
    await until(() => reactor.isDone(reaction), 'everything done');
    const found = await reactor.stored(reaction);
    expect(found.get('a')?.map(({ say }) => say)).toEqual(['opened', 'closed']);
  });

  it.each([
    ['timer', { timer: 'due' }, ['opened', 'closed']],
    ['event', {}, ['opened', 'due is due']],
  ])('let one discard a parked %s alone, though a timer and an event share their position', async (_, which, said) => {
    const reaction = itemReaction('both');
    const admin = reactor.admin(reaction);
    broken.timers = true;
    await reactor.append('item.opened', 'a', Date.now() + HOUR_MS);
    reactor.start([reaction]);
    await until(async () => (await admin.status())[0]?.timers === 1, 'it is set');
    await reactor.stopAll();
    await reactor.setClock(2 * HOUR_MS);
    await reactor.append('item.closed', 'a');
    reactor.start([reaction]);
    await until(async () => (await admin.status())[0]?.parkedTriggers === 2, 'both are parked');
    broken.timers = false;
    const [first, second] = (await admin.parked('both')).triggers;
    expect(first?.position).toBe(second?.position);
    const target = { key: 'a', position: first?.position ?? 0n, ...which };
    expect(await admin.discard('both', target, { by: 'test', reason: 'a test' })).toMatchObject({ discarded: 1 });
    await until(() => reactor.isDone(reaction), 'the other is handled');
    const found = await reactor.stored(reaction);
    expect(found.get('a')?.map(({ say }) => say)).toEqual(said);
  });

  it('try a command a few times, park it, and keep the later ones of its key behind it', async () => {
    const reaction = itemReaction('stubborn');
    let refusing: Error | undefined = new Error('not today');
    reactor.failing = ({ key }) => (key === 'a' ? refusing : undefined);
    for (const key of ['a', 'b']) {
      await reactor.append('item.closed', key);
      await reactor.append('item.closed', key);
    }
    reactor.start([reaction]);
    const admin = reactor.admin(reaction);
    await until(async () => (await admin.parked('stubborn')).commands.length === 1, 'it is parked');
    const [command] = (await admin.parked('stubborn')).commands;
    expect(command).toMatchObject({ key: 'a', attempts: 3, error: 'not today' });
    expect(reactor.asked.get(command?.id ?? '')).toBe(3);
    refusing = new CommandRefusedError('never');
    await admin.release('stubborn', 'a', { by: 'test' });
    await until(async () => (await admin.parked('stubborn')).commands[0]?.error === 'never', 'it is refused');
    expect((await admin.parked('stubborn')).commands[0]?.attempts).toBe(1);
    refusing = undefined;
    await admin.release('stubborn', 'a', { by: 'test' });
    await until(() => reactor.isDone(reaction), 'everything done');
    const { found, expected } = await reactor.notes(reaction);
    expect(found).toEqual(expected);
  });

  it('do what is about something else, whatever is parked of a key', async () => {
    const reaction = itemReaction('side-by-side', { about: ({ say }) => say });
    let refused = true;
    reactor.failing = ({ command }) =>
      refused && (command as Note).say === 'opened' ? new CommandRefusedError('never') : undefined;
    await reactor.append('item.opened', 'a', Date.now() + HOUR_MS);
    await reactor.append('item.poked', 'a', Date.now() + HOUR_MS);
    await reactor.append('item.closed', 'a');
    reactor.start([reaction]);
    const admin = reactor.admin(reaction);
    const said = async () =>
      (await reactor.stored(reaction))
        .get('a')
        ?.map(({ say }) => say)
        .sort();
    await until(async () => (await said())?.length === 2, 'the others are done');
    expect(await said()).toEqual(['closed', 'poked']);
    await until(async () => (await admin.parked('side-by-side')).commands.length === 1, 'it is parked');
    refused = false;
    await admin.release('side-by-side', 'a', { by: 'test' });
    await until(async () => (await said())?.length === 3, 'it is done');
  });

  it('wait for what a command needs, however often they have to look, and park nothing', async () => {
    const reaction = itemReaction('early');
    let tries = 0;
    let isThere = false;
    reactor.failing = () => ((tries += 1) <= 10 || !isThere ? new CommandTooEarlyError('not there yet') : undefined);
    await reactor.append('item.closed', 'a');
    const host = reactor.start([reaction]);
    const looked = (): Partial<ReactionHealth> => host.health().reactions[0] ?? {};
    const shown = async () => (await reactor.admin(reaction).status())[0]?.error;
    await until(() => looked().state === 'retrying', 'it waits');
    await until(async () => (await shown()) === 'not there yet', 'operators see why');
    const { lastProgressAt: before = 0 } = looked();
    // It was answered each time, so it does not hang.
    await until(() => (looked().lastProgressAt ?? 0) > before + 20, 'it is alive');
    expect(looked().state).toBe('retrying');
    isThere = true;
    await until(() => reactor.isDone(reaction), 'everything done');
    expect(tries).toBeGreaterThan(10);
    await until(async () => looked().state === 'running' && (await shown()) === null, 'all is well');
    const { found, expected } = await reactor.notes(reaction);
    expect(found).toEqual(expected);
  });

  it('do what can be done between others that come too early, and those in their order when they can be', async () => {
    const reaction = itemReaction('not-yet');
    let isThere = false;
    reactor.failing = ({ key }) => (key.startsWith('x') && !isThere ? new CommandTooEarlyError('behind') : undefined);
    // At both ends are those that come too early.
    const able = ['a', 'b', 'c', 'a'];
    for (const key of ['x0', 'x1', ...able, 'x0', 'x2', 'x3']) await reactor.append('item.closed', key);
    reactor.start([reaction], { dispatchAtOnce: 2, batchSize: 100, pollMs: 200, maxBackoffMs: 200 });
    const done = async () => [...(await reactor.stored(reaction)).values()].flat().length;
    await until(async () => (await done()) === able.length, 'the others are done');
    expect([...(await reactor.stored(reaction)).keys()].sort()).toEqual(['a', 'b', 'c']);
    const { rows } = await reactor.database.owner.query<{ attempts: number; status: string }>(
      'SELECT DISTINCT attempts, status FROM es.reaction_commands',
    );
    expect(rows).toEqual([{ attempts: 0, status: 'waiting' }]);
    isThere = true;
    await until(() => reactor.isDone(reaction), 'everything done');
    const { found, expected } = await reactor.notes(reaction);
    expect(found).toEqual(expected);
  });

  it('look again soon for what a command needs, however long it was away', async () => {
    const reaction = itemReaction('soon');
    let looks = 0;
    reactor.failing = () => (++looks < 20 ? new CommandTooEarlyError('the read model is behind') : undefined);
    await reactor.append('item.closed', 'a');
    // Doubled each time, it would look for the last time after four minutes.
    reactor.start([reaction], { backoffMs: 1, maxBackoffMs: 600_000 });
    await until(() => reactor.isDone(reaction), 'it is done');
    expect(looks).toBe(20);
  });

  it('pass by as many parked commands as there may be, and stop at one more', async () => {
    const reaction = itemReaction('refused');
    reactor.failing = ({ key }) => (key === 'z' ? undefined : new CommandRefusedError('never'));
    for (const key of ['a', 'b', 'z']) await reactor.append('item.closed', key);
    const host = reactor.start([reaction], { maxParked: 2 });
    await until(async () => (await reactor.stored(reaction)).has('z'), 'a later key is not held up');
    expect(host.health().ok).toBe(true);
    await reactor.append('item.closed', 'c');
    await until(() => host.health().reactions[0]?.state === 'failed', 'too many are parked');
    expect(host.health().reactions[0]?.error).toMatch(/3 commands are parked, 2 may be/);
    const admin = reactor.admin(reaction);
    for (const key of ['a', 'b', 'c']) await admin.discard('refused', { key }, { by: 'test', reason: 'a test' });
    await until(() => host.health().reactions[0]?.state === 'running', 'it goes on');
  });

  it('dispatch nothing for history though it is handled only when it is released', async () => {
    const reaction = itemReaction('mended-late', { actsFrom: 'first-start' });
    broken.events = true;
    await reactor.append('item.broken', 'a');
    await reactor.append('item.opened', 'a', Date.now() + HOUR_MS);
    // Brings the log beyond the deadline: it belongs to history too, though the key has no event behind it yet.
    await reactor.setClock(2 * HOUR_MS);
    await reactor.append('item.closed', 'other');
    reactor.start([reaction]);
    await until(() => reactor.isDone(reaction), 'history is passed');
    const admin = reactor.admin(reaction);
    await reactor.append('item.closed', 'a');
    await until(async () => (await admin.parked('mended-late')).triggers.length === 3, 'what follows waits');
    broken.events = false;
    const released = await admin.release('mended-late', 'a', { by: 'test' });
    expect(released).toMatchObject({ triggers: 3, stillParked: 0 });
    await until(() => reactor.isDone(reaction), 'everything done');
    const found = await reactor.stored(reaction);
    expect([...found].map(([key, notes]) => [key, notes.map(({ n, say }) => [n, say])])).toEqual([
      ['a', [[3, 'closed']]],
    ]);
  });

  it('dispatch nothing for what is released while they are still in history', async () => {
    const reaction = itemReaction('stopped-early', { actsFrom: 'first-start' });
    broken.events = true;
    await reactor.append('item.broken', 'a');
    reactor.start([reaction]);
    await until(() => reactor.isDone(reaction), 'it is parked');
    await reactor.stopAll();
    await reactor.database.owner.query(`UPDATE es.consumers SET effects_from = position + 1`);
    broken.events = false;
    expect(await reactor.admin(reaction).release('stopped-early', 'a', { by: 'test' })).toMatchObject({ triggers: 1 });
    await reactor.append('item.closed', 'a');
    await reactor.append('item.closed', 'a');
    reactor.start([reaction]);
    await until(() => reactor.isDone(reaction), 'everything done');
    expect([...reactor.asked.values()]).toEqual([1]);
  });

  it('of a new version stop, and say so, until what the old one had parked is discarded', async () => {
    broken.events = true;
    await reactor.append('item.broken', 'a');
    const old = itemReaction('growing');
    reactor.start([old]);
    await until(async () => (await reactor.admin(old).status())[0]?.parkedTriggers === 1, 'it is parked');
    await reactor.stopAll();
    broken.events = false;
    // After a restore a higher version is the only way on.
    await reactor.database.owner.query(`UPDATE es.consumers SET epoch = epoch - 1`);
    const next = itemReaction('growing', { version: 2 });
    const host = reactor.start([next]);
    await until(() => host.health().reactions[0]?.state === 'failed', 'it does not begin');
    expect(host.health().ok).toBe(false);
    const admin = reactor.admin(next);
    const error = expect.stringContaining('triggers of growing v1 are parked') as unknown;
    expect((await admin.status())[0]).toMatchObject({ version: 1, state: 'failed', error });
    expect(await admin.release('growing', 'a', { by: 'test' })).toMatchObject({
      ...{ triggers: 0, stillParked: 1, error: expect.stringContaining('version 1') as unknown },
    });
    expect(await admin.discard('growing', { key: 'a' }, { by: 'test', reason: 'a test' })).toMatchObject({
      discarded: 1,
    });
    await until(() => host.health().reactions[0]?.state === 'running', 'it begins');
    expect((await admin.status())[0]).toMatchObject({ version: 2, state: 'running', error: null });
    expect(reactor.asked.size).toBe(0);
  });
});
