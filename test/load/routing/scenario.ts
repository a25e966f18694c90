import { runJob } from '../harness/child.js';
import { type Run, roundsOf } from '../harness/run.js';
import { RATE } from './measure.js';

export const routingCell = (waiting: number): string =>
  `${waiting.toLocaleString('en-US')} wait, 100 agents make room ${String(RATE)} times a second: until the next is theirs`;

/** How soon whoever has made room is given the next. Nobody else decides this from a log: it is measured against itself, with more that wait. */
export async function runRouting(run: Run): Promise<void> {
  const { conversations, waiting, routingMs, window } = run.options;
  for (const round of roundsOf(run.options))
    for (const backlog of waiting) {
      const prepared = () =>
        run.template(`safar_bench_routing_${String(backlog)}`, (target) =>
          runJob('routing-prepare', { ...target, waiting: backlog, conversations }),
        );
      const place = { scenario: 'routing', cell: routingCell(backlog), contestant: 'safar', round };
      await run.measure(place, { of: prepared }, (target) =>
        runJob('routing', { ...target, window: { warmUpMs: 2 * window.warmUpMs, measureMs: routingMs } }),
      );
    }
}
