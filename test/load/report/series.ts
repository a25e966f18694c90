import { type Measurement, type Sample } from '../harness/sample.js';
import { pairedRatio, type Spread, spreadOf } from '../harness/statistics.js';

/** What of a sample is looked at; `undefined` where it does not apply or was not known. */
export type Pick = (sample: Sample) => number | undefined;

/** Who is looked at: one line of a table. */
export interface Subject {
  readonly scenario: string;
  readonly cell: string;
  readonly contestant: string;
}

/** The value of each round. */
export function series(
  measurements: readonly Measurement[],
  subject: Subject,
  pick: Pick,
): ReadonlyMap<number, number> {
  const values = new Map<number, number>();
  for (const { scenario, cell, contestant, round, sample } of measurements) {
    if (scenario !== subject.scenario || cell !== subject.cell || contestant !== subject.contestant) continue;
    const value = pick(sample);
    if (value !== undefined) values.set(round, value);
  }
  return values;
}

export function spread(measurements: readonly Measurement[], subject: Subject, pick: Pick): Spread | undefined {
  const values = [...series(measurements, subject, pick).values()];
  return values.length === 0 ? undefined : spreadOf(values);
}

export const ratio = (
  measurements: readonly Measurement[],
  [ours, theirs]: readonly [Subject, Subject],
  pick: Pick,
): Spread | undefined => pairedRatio(series(measurements, ours, pick), series(measurements, theirs, pick));
