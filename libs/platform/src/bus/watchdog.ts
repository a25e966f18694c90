import { setTimeout as sleep } from 'node:timers/promises';
import { type EpochMs } from '#kernel';

/** There was something to do and nothing was done for too long: a new process may do better. */
export class StalledError extends Error {
  override readonly name = 'StalledError';
  constructor(what: string, stalledMs: number, error: string | null) {
    super(
      `${what} has made no progress for ${String(Math.round(stalledMs / 1000))} s although there is something to do: ${error ?? 'nothing failed'}`,
    );
  }
}

/** What is watched. */
export interface Watched {
  readonly what: string;
  readonly behind: boolean;
  readonly lastProgressAt: EpochMs;
  readonly error: string | null;
}

const LOOKS_PER_STALL = 10;

/**
 * Rejects with a StalledError when something that is behind has not moved for `stalledAfterMs`; resolves when it is aborted. kafkajs
 * may wait for ever for what does not come (a broker that was frozen, a group that is not joined): then only a restart helps.
 */
export async function watchdog(
  look: () => readonly Watched[],
  stalledAfterMs: number,
  signal: AbortSignal,
  now: () => EpochMs = Date.now,
): Promise<void> {
  while (!signal.aborted) {
    for (const { what, behind, lastProgressAt, error } of look())
      if (behind && now() - lastProgressAt > stalledAfterMs)
        throw new StalledError(what, now() - lastProgressAt, error);
    await sleep(stalledAfterMs / LOOKS_PER_STALL, undefined, { signal }).catch(() => undefined);
  }
}
