import { untilBeat, WakeUp } from './wake-up.js';

const never = new AbortController().signal;

describe('waking up', () => {
  it('remembers a knock from before the sleep, once', async () => {
    const wakeUp = new WakeUp();
    wakeUp.knock();
    wakeUp.knock();
    await wakeUp.sleep(600_000, never);
    const sleeping = wakeUp.sleep(600_000, never);
    wakeUp.knock();
    await sleeping;
  });

  it('ends when it is aborted, also before it began', async () => {
    const stopping = new AbortController();
    const sleeping = new WakeUp().sleep(600_000, stopping.signal);
    stopping.abort();
    await sleeping;
    await new WakeUp().sleep(600_000, stopping.signal);
  });

  it('ends by itself', async () => {
    await new WakeUp().sleep(1, never);
  });

  it('rests in proportion to the work when knocks do not end, and not after a silence', async () => {
    jest.useFakeTimers();
    const wakeUp = new WakeUp(2);
    const ups: number[] = [];
    const begun = performance.now();
    const stopping = new AbortController();
    const live = async (): Promise<void> => {
      while (!stopping.signal.aborted) {
        await wakeUp.sleep(600_000, stopping.signal);
        ups.push(performance.now() - begun);
        // A page takes 10 ms, and the fourth half a second.
        await new Promise((resolve) => setTimeout(resolve, ups.length === 4 ? 500 : 10));
      }
    };
    const living = live();
    const knockFor = async (ms: number) => {
      for (const until = performance.now() + ms; performance.now() < until; await jest.advanceTimersByTimeAsync(5))
        wakeUp.knock();
    };
    await knockFor(900);
    // Once for the knock that came last, and then nobody is up for nothing.
    await jest.advanceTimersByTimeAsync(10_000);
    expect(ups.slice(0, 6)).toEqual([0, 30, 60, 90, 840, 870]);
    expect(ups.length).toBeLessThan(9);
    await jest.advanceTimersByTimeAsync(1_000);
    wakeUp.knock();
    await jest.advanceTimersByTimeAsync(0);
    expect(ups.at(-1)).toBe(performance.now() - begun);
    stopping.abort();
    await jest.advanceTimersByTimeAsync(1_000);
    await living;
    jest.useRealTimers();
  });

  it('rests shorter where it is told so', async () => {
    jest.useFakeTimers();
    const wakeUp = new WakeUp(2);
    await jest.advanceTimersByTimeAsync(40);
    wakeUp.knock();
    let isUp = false;
    const sleeping = wakeUp.sleep(600_000, never, 0.5).then(() => (isUp = true));
    await jest.advanceTimersByTimeAsync(19);
    expect(isUp).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(isUp).toBe(true);
    await sleeping;
    jest.useRealTimers();
  });

  it('can be aborted while it rests', async () => {
    jest.useFakeTimers();
    const stopping = new AbortController();
    const wakeUp = new WakeUp(2);
    wakeUp.knock();
    await wakeUp.sleep(1, never);
    await jest.advanceTimersByTimeAsync(50);
    wakeUp.knock();
    const sleeping = wakeUp.sleep(600_000, stopping.signal);
    stopping.abort();
    // No timer is moved on: it would wait for ever.
    await sleeping;
    jest.useRealTimers();
  });
});

describe('the beat of a process', () => {
  afterEach(() => jest.restoreAllMocks());

  it.each([
    [0, 1000],
    [250, 750],
    [1899, 101],
    // Timers are a little early: whoever was woken for a beat waits for the next one.
    [1999.5, 1000.5],
  ])('at %s ms comes in %s', (now, wait) => {
    jest.spyOn(performance, 'now').mockReturnValue(now);
    expect(untilBeat(1000)).toBe(wait);
  });
});
