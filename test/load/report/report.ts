import { type Machine } from '../harness/machine.js';
import { type Options } from '../harness/options.js';
import { type Failure } from '../harness/run.js';
import { cpuUsOf, type Measurement, rateOf } from '../harness/sample.js';
import { type Spread } from '../harness/statistics.js';
import { type Pick, ratio, spread, type Subject } from './series.js';
import { goals, judge, type Judged } from './targets.js';

export interface Report {
  readonly machine: Machine;
  readonly options: Options;
  readonly lines: readonly Line[];
  readonly goals: readonly Judged[];
  readonly failures: readonly Failure[];
  readonly measurements: readonly Measurement[];
}

/** One contestant in one cell, over all rounds. */
export interface Line extends Subject {
  readonly rounds: number;
  readonly eventsPerSecond: Spread | null;
  /** Of its rate and Safar's in the same rounds; null for Safar itself. */
  readonly ofSafar: Spread | null;
  readonly p50Ms: Spread | null;
  readonly p95Ms: Spread | null;
  readonly p99Ms: Spread | null;
  readonly maxMs: Spread | null;
  readonly clientCpuUsPerEvent: Spread | null;
  readonly serverCpuUsPerEvent: Spread | null;
  readonly cpuUsPerEvent: Spread | null;
  /** In one round. */
  readonly events: Spread | null;
  readonly lostShare: Spread | null;
  readonly outOfOrder: Spread | null;
  readonly repeated: Spread | null;
}

export function linesOf(all: readonly Measurement[]): readonly Line[] {
  const subjects = new Map(
    all.map(({ scenario, cell, contestant }) => [
      JSON.stringify([scenario, cell, contestant]),
      { scenario, cell, contestant },
    ]),
  );
  return [...subjects.values()].map((subject) => {
    const of = (pick: Pick): Spread | null => spread(all, subject, pick) ?? null;
    const safar = { ...subject, contestant: 'safar' };
    return {
      ...subject,
      rounds: all.filter((one) => one.cell === subject.cell && one.contestant === subject.contestant).length,
      eventsPerSecond: of(rateOf),
      ofSafar: subject.contestant === 'safar' ? null : (ratio(all, [safar, subject], rateOf) ?? null),
      p50Ms: of((sample) => sample.p50Ms),
      p95Ms: of((sample) => sample.p95Ms),
      p99Ms: of((sample) => sample.p99Ms),
      maxMs: of((sample) => sample.maxMs),
      clientCpuUsPerEvent: of((sample) => sample.clientCpuUs),
      serverCpuUsPerEvent: of((sample) => sample.serverCpuUs),
      cpuUsPerEvent: of(cpuUsOf),
      events: of((sample) => sample.events),
      lostShare: of((sample) => sample.lost && sample.lost / sample.events),
      outOfOrder: of((sample) => sample.outOfOrder),
      repeated: of((sample) => sample.repeated),
    };
  });
}

export const judgeAll = (all: readonly Measurement[]): readonly Judged[] => goals.map((goal) => judge(goal, all));
