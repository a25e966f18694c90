import { type Reading } from '../harness/meter.js';

export interface Course {
  readonly url: string;
  /** After so long, what was applied by then is what counts. */
  readonly limitMs: number;
  /** Awaited when the code is warm; gives the meter, which the way stops itself. */
  started(): Promise<() => Reading>;
}

/** Projects the log into a timeline. Answers how many events it applied, durably, while the meter ran. */
export type Way = (course: Course) => Promise<{ readonly events: number; readonly reading: Reading }>;
