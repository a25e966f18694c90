import { MAX_TOUCHPOINT_BYTES, MAX_TOUCHPOINT_DEPTH } from '#contracts';

/** Bytes of one touchpoint as it is sent. */
export const TOUCHPOINT_BYTES = MAX_TOUCHPOINT_BYTES;
/** Touchpoints in one array. */
export const ARRAY_ITEMS = 1_000;
/** Objects and arrays within each other, the touchpoint itself included. */
export const DEPTH = MAX_TOUCHPOINT_DEPTH;
/** Touchpoints in one command: what the store takes into one flush without making live callers wait. */
export const BATCH_ITEMS = 200;
/** Commands of one upload under way together. Two keep the store busy while one is read; four also bridge a slow flush. */
export const BATCHES_IN_FLIGHT = 4;
/** A request that is not streamed must be there after this. */
export const BODY_TIMEOUT_MS = 30_000;
/** A file of 10 MB over a slow line, of 0.7 Mbit/s. */
export const FILE_TIMEOUT_MS = 120_000;
