import { type Reading } from '../harness/meter.js';

/** Reads the whole log. `started` is awaited when everything is open, and gives the meter that is stopped at the end. */
export type Replay = (
  url: string,
  started: () => Promise<() => Reading>,
) => Promise<{ readonly events: number; readonly reading: Reading }>;
