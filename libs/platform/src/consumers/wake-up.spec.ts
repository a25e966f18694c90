import { WakeUp } from './wake-up.js';

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

  it('keeps a pace when knocks do not end, and none after a silence', async () => {
    jest.useFakeTimers();
    const wakeUp = new WakeUp(50);
    const ups: number[] = [];
    const since = performance.now();
    const live = async (): Promise<void> => {
      while (ups.length < 4) {
        await wakeUp.sleep(600_000, never);
        ups.push(performance.now() - since);
      }
    };
    const living = live();
    for (let ms = 0; ms < 120; ms += 10) {
      wakeUp.knock();
      await jest.advanceTimersByTimeAsync(10);
    }
    expect(ups).toEqual([0, 50, 100]);
    await jest.advanceTimersByTimeAsync(1_000);
    // The knock that came last is answered for, and nobody is up for nothing.
    expect(ups).toEqual([0, 50, 100, 150]);
    await living;
    jest.useRealTimers();
  });

  it('can be aborted while it keeps its pace', async () => {
    const stopping = new AbortController();
    const wakeUp = new WakeUp(600_000);
    wakeUp.knock();
    await wakeUp.sleep(600_000, stopping.signal);
    wakeUp.knock();
    const sleeping = wakeUp.sleep(600_000, stopping.signal);
    stopping.abort();
    await sleeping;
  });
});
