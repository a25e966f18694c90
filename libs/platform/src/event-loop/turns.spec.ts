import { takeTurns } from './turns.js';

/** Holds the event loop. */
const work = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

describe('taking turns', () => {
  it('lets a timer in between pieces of work, however many work at once', async () => {
    let pieces = 0;
    const seen: number[] = [];
    const timer = setInterval(() => seen.push(pieces), 1);
    const job = async (): Promise<void> => {
      for (let piece = 0; piece < 10; piece++) {
        work(4);
        pieces++;
        await takeTurns();
      }
    };
    await Promise.all(Array.from({ length: 10 }, job));
    clearInterval(timer);
    const atOnce = seen.map((count, index) => count - (seen[index - 1] ?? 0));
    // The first piece of each is done before anybody can be asked to wait.
    expect(Math.max(...atOnce.slice(1))).toBeLessThanOrEqual(4);
    expect(pieces).toBe(100);
  });
});
