import { createSecretKey, randomBytes } from 'node:crypto';
import { KeyCache, type PersonaKeys } from './key-cache.js';

const live = (personaId: string, incarnation = 1): PersonaKeys => ({
  status: 'live',
  latest: incarnation,
  key: { ref: { personaId, incarnation }, dataKey: createSecretKey(randomBytes(32)) },
});
const load =
  (...personaIds: string[]) =>
  () =>
    Promise.resolve(new Map(personaIds.map((id) => [id, live(id)])));

describe('the cache of keys', () => {
  it('holds so many personas and drops the one that was asked for longest ago', async () => {
    const cache = new KeyCache(() => 0, 3);
    await cache.keep(load('a', 'b', 'c'));
    cache.fresh('a');
    await cache.keep(load('d'));
    expect(['a', 'b', 'c', 'd'].filter((id) => cache.usable(id))).toEqual(['a', 'c', 'd']);
  });

  it('counts the age of a key from the start of its load: the answer may be as old', async () => {
    let elapsedMs = 0;
    const cache = new KeyCache(() => elapsedMs);
    await cache.keep(() => {
      elapsedMs = 50_000;
      return load('a')();
    });
    elapsedMs = 60_000;
    expect(cache.usable('a')).toBeDefined();
    elapsedMs = 60_001;
    expect(cache.usable('a')).toBeUndefined();
  });

  it('does not keep what was forgotten while it was loaded', async () => {
    const cache = new KeyCache(() => 0);
    await cache.keep(() => {
      cache.forget('a');
      return load('a', 'b')();
    });
    expect([cache.usable('a'), cache.usable('b')?.status]).toEqual([undefined, 'live']);
  });

  it('does not replace what was read later', async () => {
    let elapsedMs = 0;
    const cache = new KeyCache(() => elapsedMs);
    await cache.keep(async () => {
      elapsedMs = 10;
      await cache.keep(() => Promise.resolve(new Map([['a', live('a', 2)]])));
      return load('a')();
    });
    expect(cache.usable('a')?.latest).toBe(2);
  });
});
