import fc from 'fast-check';
import { FixedWindow } from './fixed-window.js';

describe('a fixed window', () => {
  it('gives a key its quota, once in each window, and takes nothing for what it refuses', () => {
    const window = new FixedWindow(10, 1_000);
    expect([window.take('a', 7, 0), window.take('a', 4, 10), window.take('a', 3, 20)]).toEqual([true, false, true]);
    expect(window.take('b', 10, 20)).toBe(true);
    expect(window.left('a', 400)).toEqual({ remaining: 0, resetMs: 600 });
    expect(window.take('a', 1, 999)).toBe(false);
    expect(window.take('a', 10, 1_000)).toBe(true);
  });

  it('is never left for longer than it lasts, whatever adding to a clock with fractions makes of it', () => {
    const window = new FixedWindow(10, 1_000);
    const now = 1922.458651766501;
    expect(now + 1_000 - now).toBeGreaterThan(1_000);
    window.take('a', 1, now);
    expect(window.left('a', now).resetMs).toBe(1_000);
  });

  it('never gives more than the quota between a beginning and the end of its window', () => {
    const requests = fc.array(
      fc.record({ items: fc.integer({ min: 1, max: 8 }), afterMs: fc.integer({ max: 400, min: 0 }) }),
    );
    fc.assert(
      fc.property(requests, (sent) => {
        const window = new FixedWindow(10, 1_000);
        let now = 0;
        let began = -Infinity;
        let taken = 0;
        for (const { items, afterMs } of sent) {
          now += afterMs;
          const before = window.left('a', now).remaining;
          const ok = window.take('a', items, now);
          expect(ok).toBe(items <= before);
          if (!ok) continue;
          if (now - began >= 1_000) [began, taken] = [now, 0];
          taken += items;
          expect(taken).toBeLessThanOrEqual(10);
        }
      }),
    );
  });

  it('forgets those whose window has ended', () => {
    const window = new FixedWindow(1, 1_000);
    for (let key = 0; key < 100_000; key++) window.take(String(key), 1, key);
    expect(window.size).toBeLessThan(5_000);
  });
});
