import type pg from 'pg';
import { StoreBusyError } from '#platform/event-store';
import { Dispatcher } from './dispatcher.js';
import { CommandRefusedError, CommandTooEarlyError, type RunnableReaction } from './execute-command.js';
import { defaultSettings, type ReactionSettings } from './settings.js';

interface Row {
  readonly key: string;
  readonly seq: string;
  readonly at: number;
  readonly status: 'waiting' | 'parked';
  readonly command: unknown;
}

const rowOf = (index: number, more: Partial<Row> = {}): Row => ({
  ...{ key: `key-${String(index)}`, seq: String(index), at: 0, status: 'waiting', command: index },
  ...more,
});

interface Life {
  readonly rows: readonly Row[];
  readonly execute: (id: string) => Promise<void>;
  readonly settings?: Partial<ReactionSettings>;
  readonly about?: (command: unknown) => string;
  /** Happens between a read and its answer. */
  readonly reading?: () => Promise<unknown>;
}

/** A dispatcher over these rows, of which those that are done are gone, and what it asked the database, but how many there are. */
function dispatching({ rows, execute, settings, about, reading }: Life) {
  let left = rows;
  const asked: (readonly [string, readonly unknown[]])[] = [];
  const query = async (sql: string, values: readonly unknown[]) => {
    const counted = (statuses: unknown) => left.filter(({ status }) => (statuses as string[]).includes(status)).length;
    if (sql.includes('AS count')) return { rows: [{ count: String(counted(values[1])) }] };
    const [verb = ''] = sql.trimStart().split(' ');
    asked.push([verb, values]);
    if (verb === 'DELETE') left = left.filter(({ seq }) => !(values[2] as string[]).includes(seq));
    if (verb === 'UPDATE' && values[5] === 'parked')
      left = left.map((row) => (row.seq === values[2] ? { ...row, status: 'parked' as const } : row));
    const heads = verb === 'WITH' ? left.filter(({ status }) => status === 'waiting') : left;
    const full = heads.map((row) => ({ ...row, id: row.seq, attempts: 0, wait_ms: 0, waiting: String(left.length) }));
    if (!sql.includes('wait_ms')) return { rows: [] };
    await reading?.();
    return { rows: full };
  };
  const runnable = { reaction: { name: 'test', about }, execute: ({ id }: { readonly id: string }) => execute(id) };
  const dispatcher = new Dispatcher({ query } as unknown as pg.Pool, runnable as unknown as RunnableReaction, {
    ...defaultSettings,
    ...settings,
  });
  return { dispatcher, asked, verbs: () => asked.map(([verb]) => verb) };
}

const turn = () => new Promise((done) => setImmediate(done));

/** Has one command for each outcome; tells what the round after them says. */
async function outcome(outcomes: readonly (Error | undefined)[], settings: Partial<ReactionSettings> = {}) {
  const rows = outcomes.map((_, index) => rowOf(index));
  const execute = async (id: string) => {
    await Promise.resolve();
    const error = outcomes[Number(id)];
    if (error) throw error;
  };
  const { dispatcher, verbs } = dispatching({ rows, execute, settings });
  await dispatcher.round();
  await turn();
  const before = verbs().length;
  const round = await dispatcher.round();
  return { ...round, dispatcher, statements: verbs().slice(before) };
}

const early = new CommandTooEarlyError('not there yet');
const busy = new StoreBusyError(1);

describe('dispatching', () => {
  it('was answered where something was done, failed or came too early, also beside what could not be asked', async () => {
    expect(await outcome([undefined])).toMatchObject({ answered: true, left: 1 });
    expect(await outcome([early])).toMatchObject({ answered: true, left: 0, tooEarly: early });
    expect(await outcome([busy, undefined])).toMatchObject({ answered: true, left: 1, hindrance: busy });
    expect(await outcome([busy, new Error('wrong')])).toMatchObject({ answered: true, hindrance: busy });
  });
  it('was not where nobody answered, or nothing was asked', async () => {
    expect(await outcome([busy, busy])).toMatchObject({ answered: false, hindrance: busy });
    expect(await outcome([])).toMatchObject({ answered: false });
  });
  it('has nothing to do where nothing waits, until more is added', async () => {
    const { dispatcher } = await outcome([undefined]);
    expect(dispatcher.nextInMs).toBe(Infinity);
    dispatcher.added(1);
    expect(dispatcher.nextInMs).toBe(0);
  });
  it('puts off what came too early, and forgets what was done', async () => {
    expect((await outcome([early, undefined])).statements.slice(0, 2)).toEqual(['DELETE', 'UPDATE']);
    expect((await outcome([early])).statements).toEqual(['UPDATE']);
  });
  it('is hindered by an outage alone, and waits where all that was to be had came too early', async () => {
    expect((await outcome([busy, early])).hindrance).toBe(busy);
    const beside = await outcome([early, undefined]);
    expect([beside.hindrance, beside.dispatcher.tooEarly]).toEqual([undefined, undefined]);
    const alone = await outcome(
      Array.from({ length: 3 }, () => early),
      { dispatchAtOnce: 2, backoffMs: 60_000 },
    );
    expect(alone.hindrance).toBeUndefined();
    expect(alone.dispatcher.tooEarly).toBe(early);
    expect(alone.dispatcher.nextInMs).toBeGreaterThan(50_000);
  });
  it('is full while as many wait as may', async () => {
    const held = { rows: [0, 1, 2].map((index) => rowOf(index)), execute: () => Promise.resolve() };
    const { dispatcher } = dispatching({ ...held, settings: { dispatchAtOnce: 1, maxWaiting: 3 } });
    await dispatcher.round();
    expect(dispatcher.isFull).toBe(true);
    await turn();
    await dispatcher.round();
    expect(dispatcher.isFull).toBe(false);
    dispatcher.added(1);
    expect(dispatcher.isFull).toBe(true);
  });
});

describe('commands that take long', () => {
  it('keep nobody waiting but those of their key, who are begun once they are done and no more are under way than may', async () => {
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const execute = (id: string) => {
      begun.push(id);
      return new Promise<void>((end) => ends.set(id, end));
    };
    const rows = [0, 1, 2, 3, 4, 5].map((index) => rowOf(index, { at: index }));
    const { dispatcher, verbs } = dispatching({ rows, execute, settings: { dispatchAtOnce: 4 } });
    await dispatcher.round();
    // Two that are the oldest, two that happened last.
    expect(begun).toEqual(['0', '1', '5', '4']);
    expect(dispatcher.nextInMs).toBe(Infinity);
    ends.get('1')?.();
    await turn();
    // For one place nobody looks at once.
    expect(dispatcher.nextInMs).toBeGreaterThan(0);
    ends.get('4')?.();
    await turn();
    expect(dispatcher.nextInMs).toBe(0);
    // What may be begun is read anew.
    dispatcher.added(1);
    await dispatcher.round();
    expect(begun.slice(4)).toEqual(['2', '3']);
    expect(dispatcher.isBusy).toBe(true);
    for (const end of ends.values()) end();
    const before = verbs().length;
    await dispatcher.finish();
    expect(verbs().slice(before)).toEqual(['DELETE']);
    expect(dispatcher.isBusy).toBe(false);
  });
  it('are not begun again, though they end while it is read what may be begun', async () => {
    const begun: string[] = [];
    const ends: (() => void)[] = [];
    const execute = (id: string) => {
      begun.push(id);
      return new Promise<void>((end) => ends.push(end));
    };
    const reading = () => {
      // All that were begun, once some of them were written down.
      if (begun.length === 4) for (const end of ends) end();
      return turn();
    };
    const rows = [0, 1, 2, 3, 4, 5].map((index) => rowOf(index, { at: index }));
    const { dispatcher } = dispatching({ rows, execute, reading, settings: { dispatchAtOnce: 4 } });
    await dispatcher.round();
    for (const end of ends.slice(0, 2)) end();
    await turn();
    dispatcher.added(1);
    await dispatcher.round();
    expect(begun).toEqual(['0', '1', '5', '4', '2', '3']);
  });
  it('are told by when the oldest of them was begun', async () => {
    const { dispatcher } = dispatching({ rows: [rowOf(0)], execute: () => new Promise(() => undefined) });
    expect(dispatcher.begunAt).toBeUndefined();
    jest.spyOn(Date, 'now').mockReturnValueOnce(7);
    await dispatcher.round();
    expect(dispatcher.begunAt).toBe(7);
  });
});

describe('commands of one key', () => {
  it('are done side by side where they are about different things, and in their order where not', async () => {
    const row = (seq: number, about: string, status: Row['status'] = 'waiting') =>
      rowOf(seq, { key: 'one', command: { about }, status });
    const rows = [row(0, 'c', 'parked'), row(1, 'a'), row(2, 'a'), row(3, 'b'), row(4, 'd', 'parked'), row(5, 'c')];
    const begun: string[] = [];
    const about = (command: unknown) => (command as { about: string }).about;
    const execute = (id: string) => Promise.resolve(void begun.push(id));
    const { dispatcher, asked } = dispatching({ rows, execute, about });
    await dispatcher.round();
    expect(begun).toEqual(['1', '3']);
    const { maxBackoffMs, maxParked, maxWaiting } = defaultSettings;
    expect(asked).toEqual([['SELECT', ['test', maxBackoffMs, maxParked + maxWaiting]]]);
    await turn();
    await dispatcher.round();
    expect(asked[1]).toEqual(['DELETE', ['test', ['one', 'one'], ['1', '3']]]);
    expect(begun).toEqual(['1', '3', '2']);
  });

  it('go on after those under way were let end for another process, which then did not take over', async () => {
    const begun: string[] = [];
    const execute = (id: string) => Promise.resolve(void begun.push(id));
    const rows = [0, 1].map((seq) => rowOf(seq, { key: 'one' }));
    const { dispatcher } = dispatching({ rows, execute, about: () => '' });
    await dispatcher.round();
    await dispatcher.finish();
    expect(begun).toEqual(['0']);
    expect(dispatcher.nextInMs).toBe(0);
    await dispatcher.round();
    expect(begun).toEqual(['0', '1']);
  });
});

describe('as many parked commands as there may be', () => {
  it('are not too many beside one that is done and not yet written down', async () => {
    let release: (() => void) | undefined;
    const execute = (id: string) =>
      id === '0'
        ? Promise.reject(new CommandRefusedError('never'))
        : new Promise<void>((resolve) => (release = resolve));
    const reading = () => {
      release?.();
      return turn();
    };
    const rows = [0, 1].map((index) => rowOf(index));
    const { dispatcher } = dispatching({ rows, execute, reading, settings: { dispatchAtOnce: 4, maxParked: 1 } });
    await dispatcher.round();
    await turn();
    await expect(dispatcher.round()).resolves.toMatchObject({ left: 1 });
    expect(dispatcher.isBusy).toBe(false);
  });
});

describe('more parked commands than there may be', () => {
  it('are too many also while another is under way, and whoever goes on after that begins none', async () => {
    const begun: string[] = [];
    const execute = (id: string) => {
      begun.push(id);
      return id === '0' ? new Promise<void>(() => undefined) : Promise.reject(new CommandRefusedError('never'));
    };
    const rows = [0, 1, 2].map((index) => rowOf(index));
    const { dispatcher } = dispatching({ rows, execute, settings: { dispatchAtOnce: 6, maxParked: 1 } });
    await dispatcher.round();
    await turn();
    await expect(dispatcher.round()).rejects.toThrow('2 commands are parked, 1 may be');
    expect(dispatcher.isBusy).toBe(true);
    rows.push(rowOf(3));
    dispatcher.lookAnew();
    await expect(dispatcher.round()).rejects.toThrow('2 commands are parked, 1 may be');
    expect(begun).toEqual(['0', '1', '2']);
  });
});

describe('a command that comes too early', () => {
  it('keeps none back that could be begun, while others are under way', async () => {
    const begun: string[] = [];
    const execute = (id: string) => {
      begun.push(id);
      return id === '0' ? Promise.reject(early) : new Promise<void>(() => undefined);
    };
    const rows = [0, 1].map((index) => rowOf(index));
    const { dispatcher } = dispatching({ rows, execute, about: (command) => String(command) });
    await dispatcher.round();
    await turn();
    rows.push(rowOf(2));
    dispatcher.added(1);
    await dispatcher.round();
    expect(begun).toContain('2');
    expect(dispatcher.tooEarly).toBeUndefined();
  });
});

describe('of more commands than are done at once', () => {
  it('half are those that were asked for first, and half those of what happened last', async () => {
    const rows = [5, 4, 3, 9, 1, 8, 2, 1].map((at, index) => rowOf(index, { at }));
    const begun: string[] = [];
    const execute = (id: string) => Promise.resolve(void begun.push(id));
    const { dispatcher } = dispatching({ rows, execute, settings: { dispatchAtOnce: 4 } });
    await dispatcher.round();
    expect(begun).toEqual(['0', '1', '3', '5']);
  });
});
