import { runJob, runTogether } from '../harness/child.js';
import { type AppendLoad, type StoreName, storeNames, type Target } from '../harness/jobs.js';
import { type Run, roundsOf } from '../harness/run.js';
import { together } from '../harness/sample.js';
import { rotated } from '../harness/schedule.js';

/** How many processes, how many callers in all of them, how much each append. */
interface Cell extends AppendLoad {
  readonly processes: number;
}

export const cellName = ({ processes, callers, eventsPerAppend }: Cell): string =>
  `${String(callers)} ${callers === 1 ? 'caller' : 'callers'} × ${String(eventsPerAppend)}` +
  (processes === 1 ? '' : ` in ${String(processes)} processes`);

const cells: readonly Cell[] = [
  { processes: 1, callers: 1, eventsPerAppend: 1 },
  { processes: 1, callers: 16, eventsPerAppend: 1 },
  { processes: 1, callers: 64, eventsPerAppend: 1 },
  { processes: 2, callers: 64, eventsPerAppend: 1 },
  { processes: 1, callers: 256, eventsPerAppend: 1 },
  { processes: 1, callers: 16, eventsPerAppend: 100 },
];

/** Several processes on one store are a question about ours alone: it is the one with a lock. */
const storesOf = (cell: Cell): readonly StoreName[] => (cell.processes === 1 ? storeNames : ['safar']);

export const emptyTemplate = (run: Run, store: StoreName): Promise<string> =>
  run.template(`safar_bench_${store}`, (target) => runJob('prepare', { ...target, store, fill: 0 }));

export async function runAppend(run: Run): Promise<void> {
  for (const round of roundsOf(run.options))
    for (const cell of cells)
      for (const store of rotated(storesOf(cell), round)) {
        const place = { scenario: 'append', cell: cellName(cell), contestant: store, round };
        await run.measure(place, { of: () => emptyTemplate(run, store) }, async (target) => {
          const samples = await runTogether('append', jobsOf(target, store, cell, run));
          return together(samples);
        });
      }
}

function jobsOf(target: Target, store: StoreName, cell: Cell, run: Run) {
  const { processes, callers, eventsPerAppend } = cell;
  const load = { callers: callers / processes, eventsPerAppend };
  return Array.from({ length: processes }, () => ({ ...target, store, load, window: run.options.window }));
}
