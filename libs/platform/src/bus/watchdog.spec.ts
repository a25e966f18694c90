import { StalledError, watchdog, type Watched } from './watchdog.js';

const watched = (over: Partial<Watched>): Watched => ({
  what: 'the relay',
  behind: true,
  lastProgressAt: 0,
  error: null,
  ...over,
});

describe('the watchdog', () => {
  it('ends with an error when something that is behind does not move', async () => {
    const looking = watchdog(
      () => [watched({ error: 'no leader' })],
      50,
      new AbortController().signal,
      () => 60,
    );
    await expect(looking).rejects.toThrow(StalledError);
    await expect(looking).rejects.toThrow(/the relay has made no progress.*no leader/);
  });

  it.each([
    ['that moves', { lastProgressAt: 20 }],
    ['that has nothing to do', { behind: false }],
  ])('leaves alone what %s', async (_what, over) => {
    const stop = new AbortController();
    let looks = 0;
    const look = (): readonly Watched[] => {
      if (++looks === 5) stop.abort();
      return [watched(over)];
    };
    await expect(watchdog(look, 50, stop.signal, () => 60)).resolves.toBeUndefined();
    expect(looks).toBe(5);
  });
});
