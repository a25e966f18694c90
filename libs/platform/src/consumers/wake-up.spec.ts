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
});
