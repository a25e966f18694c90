import { setTimeout as sleep } from 'node:timers/promises';

/** Whether it closed in time. It may wait for the very thing that stands still, which is then why the program ends. */
export async function closeWithin(program: { close(): Promise<void> }, timeoutMs: number): Promise<boolean> {
  const done = new AbortController();
  const tooLate = sleep(timeoutMs, false, { signal: done.signal }).catch(() => false);
  try {
    return await Promise.race([program.close().then(() => true), tooLate]);
  } finally {
    done.abort();
  }
}
