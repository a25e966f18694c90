import { usualScenarios } from '../harness/options.js';
import { type Spread } from '../harness/statistics.js';
import { type Line, type Report } from './report.js';
import { figure, table } from './table.js';
import { type Verdict } from './targets.js';

const median = (spread: Spread | null): string => (spread === null ? '–' : figure(spread.median));
const range = (spread: Spread | null): string =>
  spread === null ? '–' : `${figure(spread.median)} (${figure(spread.min)}–${figure(spread.max)})`;
const percent = (share: number): string => `${figure(share * 100)} %`;

/** The report for people. */
export function textOf(report: Report): string {
  const cells = new Map<string, Line[]>();
  for (const line of report.lines) {
    const title = `${line.scenario} · ${line.cell}`;
    cells.set(title, [...(cells.get(title) ?? []), line]);
  }
  const sections = [...cells].map(([title, lines]) => `${title}\n${cellTable(lines)}`);
  return [heading(report), ...sections, goalTable(report), ...failureLines(report)].join('\n\n');
}

function heading({ machine, options }: Report): string {
  const { cpu, cores, memoryGiB, node, postgres, syncMs } = machine;
  const sync = syncMs === null ? '' : `, ${figure(syncMs)} ms per fdatasync`;
  return [
    `${machine.date.slice(0, 10)}, ${cpu}, ${String(cores)} cores, ${figure(memoryGiB)} GiB, Node ${node}, PostgreSQL ${postgres}${sync}`,
    `fsync ${machine.settings.fsync}, synchronous_commit ${machine.settings.synchronousCommit}; medians (min–max) of ${String(options.rounds)} interleaved rounds`,
  ].join('\n');
}

const delivered = (line: Line): boolean => line.lostShare !== null;

function cellTable(lines: readonly Line[]): string {
  return lines.some(delivered)
    ? table([['', 'lost', 'out of order', 'repeated', 'events a round'], ...lines.map(deliveryRow)])
    : lines.some(answered)
      ? table([['', 'answers/s', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms'], ...lines.map(answerRow)])
      : table([
          ['', 'events/s', 'Safar is', 'p50 ms', 'p99 ms', 'CPU µs/event', 'client', 'server'],
          ...lines.map(speedRow),
        ]);
}

const speedRow = (line: Line): string[] => [
  line.contestant,
  range(line.eventsPerSecond),
  line.ofSafar === null ? '' : `${figure(line.ofSafar.median)}×`,
  median(line.p50Ms),
  median(line.p99Ms),
  median(line.cpuUsPerEvent),
  median(line.clientCpuUsPerEvent),
  median(line.serverCpuUsPerEvent),
];

const answered = (line: Line): boolean => line.p95Ms !== null;

const answerRow = (line: Line): string[] => [
  line.contestant,
  range(line.eventsPerSecond),
  range(line.p50Ms),
  range(line.p95Ms),
  range(line.p99Ms),
  range(line.maxMs),
];

const deliveryRow = (line: Line): string[] => [
  line.contestant,
  line.lostShare === null ? '–' : `${percent(line.lostShare.min)}–${percent(line.lostShare.max)}`,
  range(line.outOfOrder),
  range(line.repeated),
  range(line.events),
];

const words: { readonly [V in Verdict]: string } = {
  aim: 'reached',
  must: 'kept, aim not reached',
  missed: 'MISSED',
  unknown: 'not measured',
};

function goalTable({ goals, options: { only } }: Report): string {
  const scenarios = new Set(only).size;
  // What was not asked for is not worth a line.
  const measured = goals.filter(({ verdict }) => verdict !== 'unknown' || scenarios >= usualScenarios.length);
  const rows = measured.map(({ name, unit, better, must, aim, value, verdict }) => {
    const limit = (target: number): string => `${better === 'more' ? '≥' : '≤'} ${figure(target)}`;
    return [name, words[verdict], value === null ? '–' : range(value), unit, limit(must), limit(aim)];
  });
  return `goals\n${table([['', '', 'measured', '', 'must', 'aim'], ...rows], 2)}`;
}

function failureLines({ failures, lines }: Report): string[] {
  const control = lines.find((line) => line.scenario === 'delivery' && line.contestant === 'emmett');
  const idle = control?.lostShare?.max === 0;
  return [
    // The whole error, with its stack, is in the JSON report.
    ...failures.map(({ where, error }) => `FAILED: ${where}: ${error.split('\n')[0] ?? ''}`),
    ...(idle ? ['The control lost nothing: this run says nothing about losing events. Let it write for longer.'] : []),
  ];
}
