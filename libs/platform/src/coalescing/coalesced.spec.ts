import { coalesced } from './coalesced.js';

type Finish = (error?: Error) => void;

function recorded() {
  const batches: (readonly string[])[] = [];
  const finish: Finish[] = [];
  const load = coalesced<string>((ids) => {
    batches.push(ids);
    return new Promise((resolve, reject) => {
      finish.push((error) => {
        if (error) reject(error);
        else resolve(new Map(ids.map((id) => [id, id.toUpperCase()])));
      });
    });
  });
  return { batches, finish, load };
}

describe('calls that are gathered', () => {
  it('become one batch when they come together, each id once', async () => {
    const { batches, finish, load } = recorded();
    const calls = [load(['a', 'b']), load(['b', 'c'])];
    await Promise.resolve();
    finish[0]?.();
    const [one] = await Promise.all(calls);
    expect(batches).toEqual([['a', 'b', 'c']]);
    expect(one?.get('a')).toBe('A');
  });

  it('wait for the batch that is under way, and then go together', async () => {
    const { batches, finish, load } = recorded();
    const first = load(['a']);
    await Promise.resolve();
    const later = [load(['b']), load(['c'])];
    expect(batches).toEqual([['a']]);
    finish[0]?.();
    await first;
    await Promise.resolve();
    finish[1]?.();
    await Promise.all(later);
    expect(batches).toEqual([['a'], ['b', 'c']]);
  });

  it('fail with their own batch and with no other', async () => {
    const { finish, load } = recorded();
    const first = load(['a']);
    await Promise.resolve();
    const second = load(['b']);
    finish[0]?.(new Error('the database is away'));
    await expect(first).rejects.toThrow('away');
    await Promise.resolve();
    finish[1]?.();
    await expect(second).resolves.toEqual(new Map([['b', 'B']]));
  });
});
