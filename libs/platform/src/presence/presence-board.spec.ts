import { until } from '#testing';
import { PresenceBoard } from './presence-board.js';
import { type PresenceMark } from './presence.port.js';

const mark = (conversationId: string, agent: string): PresenceMark => ({
  ...{ conversationId, agent, state: 'viewing', since: 0 },
});

/** Marks that a test moves, and how often they were looked at. */
function openBoard(lookIntervalMs = 10) {
  const listeners = new Set<() => void>();
  const state = { marks: [] as PresenceMark[], erased: new Set<string>(), looks: 0, listeners };
  const board = new PresenceBoard(
    {
      presence: {
        allMarks: () => {
          state.looks += 1;
          return Promise.resolve(state.marks);
        },
      },
      onMoved: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      readable: (ids) => Promise.resolve(new Set(ids.filter((id) => !state.erased.has(id)))),
    },
    { lookIntervalMs, restMs: 1 },
  );
  return { board, state };
}

describe('the board of who is where', () => {
  it('begins with who is there, tells each change to each who follows, and of one conversation also that nobody is', async () => {
    const { board, state } = openBoard();
    state.marks = [mark('lamp', 'user:ada')];
    const stop = new AbortController();
    const all = board.follow(stop.signal);
    const chair = board.follow(stop.signal, 'chair');
    expect((await all.next()).value).toMatchObject({ conversationId: 'lamp', present: [{ agent: 'user:ada' }] });
    expect((await chair.next()).value).toMatchObject({ conversationId: 'chair', present: [] });
    state.marks = [mark('chair', 'user:bea')];
    const told = [(await all.next()).value, (await all.next()).value];
    expect(told).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ conversationId: 'lamp', present: [] }),
        expect.objectContaining({ conversationId: 'chair', present: [expect.objectContaining({ agent: 'user:bea' })] }),
      ]),
    );
    expect((await chair.next()).value).toMatchObject({ conversationId: 'chair', present: [{ agent: 'user:bea' }] });
    stop.abort();
    expect((await all.next()).done).toBe(true);
    await board.close();
  });

  it('looks once for all who follow, however many come', async () => {
    const { board, state } = openBoard(60_000);
    state.marks = [mark('lamp', 'user:ada')];
    const stop = new AbortController();
    const first = board.follow(stop.signal);
    await first.next();
    for (const listener of state.listeners) listener();
    await until(() => Promise.resolve(state.looks === 2), 'it looks by itself');
    const others = Array.from({ length: 100 }, () => board.follow(stop.signal, 'lamp'));
    for (const other of others)
      expect((await other.next()).value).toMatchObject({ conversationId: 'lamp', present: [{ agent: 'user:ada' }] });
    expect(state.looks).toBe(2);
    stop.abort();
    await board.close();
  });

  it('keeps no more for a slow reader than what is so by then', async () => {
    const { board, state } = openBoard();
    const stop = new AbortController();
    const slow = board.follow(stop.signal, 'lamp');
    await slow.next();
    for (let agent = 1; agent <= 50; agent += 1) {
      const { looks } = state;
      state.marks = [mark('lamp', `user:${String(agent)}`)];
      while (state.looks < looks + 2) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect((await slow.next()).value).toMatchObject({ present: [{ agent: 'user:50' }] });
    stop.abort();
    await board.close();
  });

  it('tells nothing of a conversation that cannot be read, and takes back what it had told', async () => {
    const { board, state } = openBoard();
    state.marks = [mark('lamp', 'user:ada')];
    const stop = new AbortController();
    const all = board.follow(stop.signal);
    await all.next();
    state.erased.add('lamp');
    expect((await all.next()).value).toEqual({ conversationId: 'lamp', present: [], others: 0 });
    stop.abort();
    await board.close();
  });

  it('looks at nothing while nobody follows, and stops listening', async () => {
    const { board, state } = openBoard();
    const stop = new AbortController();
    const lamp = board.follow(stop.signal, 'lamp');
    await lamp.next();
    stop.abort();
    await lamp.next();
    while (state.listeners.size > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const { looks } = state;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(state.looks).toBe(looks);
    await board.close();
  });
});
