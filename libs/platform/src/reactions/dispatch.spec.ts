import type pg from 'pg';
import { StoreBusyError } from '#platform/event-store';
import { dispatchHeads } from './dispatch.js';
import { CommandTooEarlyError, type RunnableReaction } from './execute-command.js';
import { defaultSettings } from './settings.js';

/** Dispatches one command for each outcome. */
async function dispatch(outcomes: readonly (Error | undefined)[]) {
  const rows = outcomes.map((_, index) => ({
    ...{ key: `key-${String(index)}`, seq: '1', id: String(index), at: '0', command: {} },
    ...{
      causation_id: 'c',
      correlation_id: 'c',
      attempts: 0,
      status: 'waiting',
      wait_ms: 0,
      waiting: String(outcomes.length),
    },
  }));
  const statements: string[] = [];
  const query = (sql: string) => {
    statements.push(sql.trimStart().split(' ')[0] ?? '');
    return Promise.resolve({ rows: statements.length === 1 ? rows : [] });
  };
  const execute: RunnableReaction['execute'] = async ({ id }) => {
    await Promise.resolve();
    const error = outcomes[Number(id)];
    if (error) throw error;
  };
  const runnable = { reaction: { name: 'test' }, execute } as RunnableReaction;
  return { ...(await dispatchHeads({ query } as unknown as pg.Pool, runnable, defaultSettings)), statements };
}

const early = new CommandTooEarlyError('not there yet');
const busy = new StoreBusyError(1);

describe('dispatching', () => {
  it('was answered where something was done, failed or came too early, also beside what could not be asked', async () => {
    expect(await dispatch([])).toMatchObject({ answered: true, retryInMs: undefined });
    expect(await dispatch([undefined])).toMatchObject({ answered: true, retryInMs: 0 });
    expect(await dispatch([early])).toMatchObject({ answered: true, tooEarly: early });
    expect(await dispatch([busy, undefined])).toMatchObject({ answered: true, hindrance: busy });
    expect(await dispatch([busy, new Error('wrong')])).toMatchObject({ answered: true, hindrance: busy });
  });
  it('was not where nobody answered', async () => {
    expect(await dispatch([busy, busy])).toMatchObject({ answered: false, hindrance: busy });
  });
  it('puts off what came too early, and forgets what was done', async () => {
    expect((await dispatch([early, undefined])).statements).toEqual(['SELECT', 'DELETE', 'UPDATE']);
    expect((await dispatch([early])).statements).toEqual(['SELECT', 'UPDATE']);
  });
  it('is hindered by an outage alone, and waits where nothing but what came too early was to be had', async () => {
    const hindered = await dispatch([busy, early]);
    expect(hindered.hindrance).toBe(busy);
    const beside = await dispatch([early, undefined]);
    expect(beside).toMatchObject({ moved: true, retryInMs: 0 });
    expect(beside.tooEarly ?? beside.hindrance).toBeUndefined();
    const alone = await dispatch(Array.from({ length: defaultSettings.dispatchAtOnce + 1 }, () => early));
    expect(alone).toMatchObject({ moved: false, tooEarly: early, retryInMs: defaultSettings.backoffMs });
    expect(alone.hindrance).toBeUndefined();
  });
});

describe('commands of one key', () => {
  const row = (seq: number, about: string, status: 'waiting' | 'parked' = 'waiting') => ({
    ...{ key: 'one', seq: String(seq), id: String(seq), at: '0', command: { about } },
    ...{ causation_id: 'c', correlation_id: 'c', attempts: 0, status, wait_ms: 0, waiting: '4' },
  });

  it('are done side by side where they are about different things, and in their order where not', async () => {
    const rows = [row(0, 'c', 'parked'), row(1, 'a'), row(2, 'a'), row(3, 'b'), row(4, 'd', 'parked'), row(5, 'c')];
    const asked: unknown[][] = [];
    const query = (_sql: string, values: unknown[]) => {
      asked.push(values);
      return Promise.resolve({ rows: asked.length === 1 ? rows : [] });
    };
    const running: string[] = [];
    let most = 0;
    const execute: RunnableReaction['execute'] = async ({ id }) => {
      most = Math.max(most, running.push(id));
      await new Promise((done) => setImmediate(done));
      running.pop();
    };
    const reaction = { name: 'test', about: (command: unknown) => (command as { about: string }).about };
    const told = await dispatchHeads(
      { query } as unknown as pg.Pool,
      { reaction, execute } as RunnableReaction,
      defaultSettings,
    );
    // What is behind them comes next.
    expect(told).toMatchObject({ answered: true, retryInMs: 0 });
    expect(most).toBe(2);
    expect(asked).toEqual([
      ['test', true, defaultSettings.dispatchAtOnce, defaultSettings.maxParked + defaultSettings.maxWaiting],
      ['test', ['one', 'one'], ['1', '3']],
    ]);
  });
});

describe('of more commands than are done at once', () => {
  it('half are those that were asked for first, and half those of what happened last', async () => {
    const happened = [5, 4, 3, 9, 1, 8, 2, 1];
    const rows = happened.map((at, index) => ({
      ...{ key: `key-${String(index)}`, seq: String(index), id: String(index), at: String(at), command: {} },
      ...{ causation_id: 'c', correlation_id: 'c', attempts: 0, status: 'waiting', wait_ms: 0, waiting: '8' },
    }));
    const done: string[] = [];
    const query = (sql: string) => Promise.resolve({ rows: sql.startsWith('SELECT') ? rows : [] });
    const execute: RunnableReaction['execute'] = ({ id }) => Promise.resolve(void done.push(id));
    const runnable = { reaction: { name: 'test' }, execute } as RunnableReaction;
    const settings = { ...defaultSettings, dispatchAtOnce: 4 };
    const told = await dispatchHeads({ query } as unknown as pg.Pool, runnable, settings);
    expect(done).toEqual(['0', '1', '3', '5']);
    expect(told).toMatchObject({ waiting: 4, retryInMs: 0 });
  });
});
