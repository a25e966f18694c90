import type pg from 'pg';
import { listenTo } from '#platform/postgres';
import { relayCheckpoint, type RelayCheckpoint } from './relay-checkpoint.js';
import { RELAYED_CHANNEL } from './relayed-channel.js';

/**
 * How far the relay is, as this process knows it: what it says is true, though the relay may be further. It tells a lane that reads a
 * partition that nothing is missing up to a position, also where the partition has no record for a long time.
 */
export interface RelayProgress {
  /** Nothing before a relay has started for the first time. */
  current(): Promise<RelayCheckpoint | undefined>;
  onMoved(listener: () => void): () => void;
  close(): Promise<void>;
}

/** How long a lost notification goes unnoticed. */
const POLL_MS = 500;

export function watchRelayProgress(pool: pg.Pool, topic: string, pollMs = POLL_MS): RelayProgress {
  const listeners = new Set<() => void>();
  let known: Promise<RelayCheckpoint | undefined> | undefined;
  const look = (): void => {
    known = undefined;
    for (const listener of listeners) listener();
  };
  const current = (): Promise<RelayCheckpoint | undefined> => {
    const asked = (known ??= relayCheckpoint(pool, topic));
    asked.catch(() => {
      if (known === asked) known = undefined;
    });
    return asked;
  };
  const listening = listenTo(pool, RELAYED_CHANNEL, (moved) => {
    if (moved === topic) look();
  });
  const poll = setInterval(() => {
    known = undefined;
  }, pollMs);
  poll.unref();
  return {
    current,
    onMoved: (listener) => {
      const entry = (): void => {
        listener();
      };
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
    close: async () => {
      clearInterval(poll);
      await listening.close();
    },
  };
}
