import type { EpochMs } from './event.js';

/** The only way to learn the time outside the edges of the system. */
export interface Clock {
  now(): EpochMs;
}
