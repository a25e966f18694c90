import { closeWithin } from './close-within.js';

describe('closing within a time', () => {
  it('does not wait for what never closes', async () => {
    const hangs = { close: () => new Promise<void>(() => undefined) };
    await expect(closeWithin(hangs, 10)).resolves.toBe(false);
  });

  it('waits for what closes in time, and hides no failure', async () => {
    let closed = false;
    const closes = { close: () => Promise.resolve().then(() => void (closed = true)) };
    await expect(closeWithin(closes, 60_000)).resolves.toBe(true);
    expect(closed).toBe(true);
    await expect(closeWithin({ close: () => Promise.reject(new Error('no')) }, 60_000)).rejects.toThrow('no');
  });
});
