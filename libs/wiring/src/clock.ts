import { type Clock } from '#kernel';

/** Whole milliseconds, as everything that is stored. */
export const systemClock: Clock = { now: () => Date.now() };
