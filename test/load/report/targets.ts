import { cellName } from '../append/scenario.js';
import { deliveryCell } from '../delivery/scenario.js';
import { cpuUsOf, type Measurement, rateOf } from '../harness/sample.js';
import { type Spread } from '../harness/statistics.js';
import { httpCells } from '../http/scenario.js';
import { kafkaCells } from '../kafka/scenario.js';
import { projectionCell } from '../projection/scenario.js';
import { replayCell } from '../replay/scenario.js';
import { validateCells } from '../validate/scenario.js';
import { type Pick, ratio, spread, type Subject } from './series.js';

/** A figure that the design promises. */
export interface Goal {
  readonly name: string;
  readonly unit: '×' | 'µs' | 'events';
  readonly better: 'more' | 'less';
  readonly must: number;
  /** What it was designed for; the same as `must` where there is nothing in between. */
  readonly aim: number;
  value(measurements: readonly Measurement[]): Spread | undefined;
}

export type Verdict = 'aim' | 'must' | 'missed' | 'unknown';

export interface Judged extends Omit<Goal, 'value'> {
  readonly value: Spread | null;
  readonly verdict: Verdict;
}

export function judge(goal: Goal, measurements: readonly Measurement[]): Judged {
  const { name, unit, better, must, aim } = goal;
  const value = goal.value(measurements) ?? null;
  return { name, unit, better, must, aim, value, verdict: value === null ? 'unknown' : verdictOf(goal, value.median) };
}

function verdictOf({ better, must, aim }: Goal, median: number): Verdict {
  const reaches = (limit: number): boolean => (better === 'more' ? median >= limit : median <= limit);
  if (reaches(aim)) return 'aim';
  return reaches(must) ? 'must' : 'missed';
}

const append = (callers: number, eventsPerAppend = 1, processes = 1): string =>
  cellName({ callers, eventsPerAppend, processes });
const subject = (scenario: string, cell: string, contestant = 'safar'): Subject => ({ scenario, cell, contestant });

const single = append(64);
const p99: Pick = (sample) => sample.p99Ms;

const appendRate = (cell: string, must: number, aim: number): Goal => ({
  name: `append, ${cell}: rate, of Emmett's`,
  unit: '×',
  better: 'more',
  must,
  aim,
  value: (all) => ratio(all, [subject('append', cell), subject('append', cell, 'emmett')], rateOf),
});

const rateOver = (name: string, pair: readonly [Subject, Subject], must: number, aim = must): Goal => ({
  name,
  unit: '×',
  better: 'more',
  must,
  aim,
  value: (all) => ratio(all, pair, rateOf),
});

const none = (name: string, pick: Pick): Goal => ({
  name: `delivery, ${deliveryCell}: ${name}`,
  unit: 'events',
  better: 'less',
  must: 0,
  aim: 0,
  // The worst round counts: one lost event is a lost event.
  value: (all) => {
    const found = spread(all, subject('delivery', deliveryCell), pick);
    return found && { ...found, median: found.max };
  },
});

const http = (cell: keyof typeof httpCells, contestant = 'safar'): Subject =>
  subject('http', httpCells[cell].name, contestant);
/** Of the process that serves. */
const serving: Pick = (sample) => sample.clientCpuUs;

const projected = (contestant: string): Subject => subject('projection', projectionCell, contestant);

export const goals: readonly Goal[] = [
  appendRate(single, 6, 13),
  {
    name: `append, ${single}: CPU time per event`,
    unit: 'µs',
    better: 'less',
    must: 90,
    aim: 40,
    value: (all) => spread(all, subject('append', single), cpuUsOf),
  },
  {
    name: `append, ${single}: p99, of Emmett's`,
    unit: '×',
    better: 'less',
    must: 0.25,
    aim: 0.25,
    value: (all) => ratio(all, [subject('append', single), subject('append', single, 'emmett')], p99),
  },
  appendRate(append(256), 10, 20),
  appendRate(append(16, 100), 2.5, 4),
  rateOver(
    `append, ${append(64, 1, 2)}: rate, of one process's`,
    [subject('append', append(64, 1, 2)), subject('append', single)],
    0.7,
    1,
  ),
  none('lost', (sample) => sample.lost),
  none('out of order', (sample) => sample.outOfOrder),
  rateOver(
    'replay: rate, of COPY TO discarded',
    [subject('replay', replayCell), subject('replay', replayCell, 'copy')],
    0.5,
    0.8,
  ),
  rateOver(`timeline, live: rate, of Emmett's projection`, [projected('safar'), projected('emmett')], 25),
  rateOver('timeline, live: rate, of raw upserts', [projected('safar'), projected('raw')], 0.75),
  rateOver('timeline, rebuild: rate, of live', [projected('safar-rebuild'), projected('safar')], 1.2),
  {
    name: `validate, ${validateCells.batch}: CPU time per event`,
    unit: 'µs',
    better: 'less',
    must: 8,
    aim: 5,
    value: (all) => spread(all, subject('validate', validateCells.batch), (sample) => sample.clientCpuUs),
  },
  {
    name: `http, ${httpCells.single.name}: CPU time of the server, of bare node:http`,
    unit: '×',
    better: 'less',
    must: 1.6,
    aim: 1.35,
    value: (all) => ratio(all, [http('single'), http('single', 'node-http')], serving),
  },
  {
    name: `http, ${httpCells.batch.name}: CPU time of the server per event`,
    unit: 'µs',
    better: 'less',
    must: 8,
    aim: 5,
    value: (all) => spread(all, http('batch'), serving),
  },
  rateOver(`http, ${httpCells.stored.name}: rate, of Emmett's`, [http('stored'), http('stored', 'emmett')], 5, 8),
  rateOver(
    `http, ${httpCells.batchStored.name}: rate, of Emmett's with 64 × 1`,
    [http('batchStored'), http('stored', 'emmett')],
    20,
  ),
  rateOver(
    `kafka, ${kafkaCells.relay}: rate, of kafkajs's producer alone`,
    [subject('kafka', kafkaCells.relay), subject('kafka', kafkaCells.relay, 'kafkajs')],
    0.6,
    0.9,
  ),
  rateOver(
    `kafka, ${kafkaCells.projector}: rate, of the embedded projector's`,
    [subject('kafka', kafkaCells.projector), subject('kafka', kafkaCells.projector, 'embedded')],
    0.7,
    0.95,
  ),
];
