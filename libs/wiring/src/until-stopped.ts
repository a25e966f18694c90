import { type Installation } from './installation.js';

/** Signals that ask a process to end; a terminal that is closed among them. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Resolves with the first signal. A second one ends the process at once, without the rest of the work: that is safe, nothing is
 * acknowledged before it is stored.
 */
export function untilStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of SIGNALS)
      process.on(signal, () => {
        if (asked) process.exit(130);
        asked = true;
        resolve(signal);
      });
  });
}

/**
 * Resolves when the process was asked to stop.
 * @throws StoreFencedError when the store has gone into another epoch: nothing can be stored by this process any more, and whoever
 * starts it again gets one that can
 */
export async function untilEnded(stopped: Promise<unknown>, { store }: Installation): Promise<void> {
  const fenced = store.fenced.then((error) => {
    throw error;
  });
  await Promise.race([stopped, fenced]);
}
