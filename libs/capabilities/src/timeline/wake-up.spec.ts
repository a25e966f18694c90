import { WakeUp } from './wake-up.js';

const never = new AbortController().signal;
/** Longer than a test may take: only a call or the signal can end such a wait. */
const FOREVER_MS = 2 ** 31 - 1;

describe('a wake-up', () => {
  it('ends a wait', async () => {
    const wakeUp = new WakeUp();
    const waiting = wakeUp.wait(FOREVER_MS, never);
    wakeUp.call();
    await waiting;
  });

  it('is not lost when it comes before the wait', async () => {
    const wakeUp = new WakeUp();
    wakeUp.call();
    await wakeUp.wait(FOREVER_MS, never);
  });

  it('ends one wait, however often it was called before', async () => {
    const wakeUp = new WakeUp();
    wakeUp.call();
    wakeUp.call();
    await wakeUp.wait(FOREVER_MS, never);
    let woken = false;
    const waiting = wakeUp.wait(FOREVER_MS, never).then(() => (woken = true));
    await Promise.resolve();
    expect(woken).toBe(false);
    wakeUp.call();
    await waiting;
  });

  it('comes by itself after the time', async () => {
    await new WakeUp().wait(1, never);
  });

  it('is not waited for by somebody who left, or leaves', async () => {
    const leaving = new AbortController();
    const waiting = new WakeUp().wait(FOREVER_MS, leaving.signal);
    leaving.abort();
    await waiting;
    await new WakeUp().wait(FOREVER_MS, leaving.signal);
  });
});
