/** Limits and intervals of the engine; every one has a default. */
export interface ReactionSettings {
  /** Most events in a page, most keys whose timers fire in one transaction. */
  readonly batchSize: number;
  /** How long a reaction sleeps when nobody wakes it. Losing every hint costs this and nothing else. */
  readonly pollMs: number;
  /** At the head, under load: so many times as long as a page took nothing is read, at most 250 ms. A page of one event takes as many statements as one of fifty. */
  readonly restRatio: number;
  /** Likewise after something was for this reaction: people and other reactions wait for what it does, and of those it is one of a few. */
  readonly promptRestRatio: number;
  /** After a silence of this long somebody else may take over. */
  readonly leaseMs: number;
  /** Least time between two events that only say that time has passed. */
  readonly passTimeEveryMs: number;
  /** Commands on their way at the same time, each of another key: half of them the oldest, half of what happened last. */
  readonly dispatchAtOnce: number;
  /** Commands that wait, at which no more of the log is read until some are done; those behind a parked one aside. */
  readonly maxWaiting: number;
  /** Tries of a command that fails before it is parked. */
  readonly commandAttempts: number;
  /** Wait after a failure, doubled each time up to `maxBackoffMs`. */
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  /** Parked triggers, and commands that are parked or wait behind one, at which a reaction stops. */
  readonly maxParked: number;
}

export const defaultSettings: ReactionSettings = {
  batchSize: 1_000,
  pollMs: 1_000,
  restRatio: 2,
  promptRestRatio: 0.5,
  leaseMs: 10_000,
  passTimeEveryMs: 1_000,
  dispatchAtOnce: 32,
  maxWaiting: 5_000,
  commandAttempts: 5,
  backoffMs: 100,
  maxBackoffMs: 5_000,
  maxParked: 10_000,
};
