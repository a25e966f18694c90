import type { EpochMs } from '#kernel';

/** Limits and intervals of the engine; every one has a default. */
export interface ProjectionSettings {
  /** Most events in a batch of a build that has caught up once. */
  readonly batchSize: number;
  /**
   * Most events in a batch of a build that is being filled. Three batches are in memory at once (written, folded, read): with
   * more, most of them outlive a collection of young memory, which then costs a quarter of the time.
   */
  readonly fillBatchSize: number;
  /** Lanes of a new build; absent: as many as the build has, or 1. */
  readonly lanes?: number;
  /** How long a consumer sleeps when nobody wakes it. Losing every hint costs this and nothing else. */
  readonly pollMs: number;
  /** At the head, under load: so many times as long as a page took nothing is read, at most 250 ms. A page of one event takes as many statements as one of fifty. */
  readonly restRatio: number;
  /** After a silence of this long somebody else may take over a consumer. */
  readonly leaseMs: number;
  /** Tries of an event that fails before it is parked. */
  readonly poisonAttempts: number;
  /** Wait after a failure, doubled each time up to `maxBackoffMs`. */
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  /**
   * Failures of one consumer, parked, beyond which it stops: something is wrong with the code, not with an event. Twenty times as many
   * may wait behind them.
   */
  readonly maxParked: number;
  /** Promote a new build by itself when it is at most `promoteWithin` events behind and has no more parked than the active. */
  readonly autoPromote: boolean;
  readonly promoteWithin: number;
  /** Builds of one projection that may exist side by side. */
  readonly maxBuilds: number;
  readonly now: () => EpochMs;
}

export const defaultSettings: ProjectionSettings = {
  batchSize: 2000,
  fillBatchSize: 1000,
  pollMs: 1000,
  restRatio: 2,
  leaseMs: 10_000,
  poisonAttempts: 3,
  backoffMs: 50,
  maxBackoffMs: 5000,
  maxParked: 1000,
  autoPromote: true,
  promoteWithin: 1000,
  maxBuilds: 4,
  now: Date.now,
};
