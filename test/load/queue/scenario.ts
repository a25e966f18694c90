import { runJob } from '../harness/child.js';
import { type QueueQuestion, queueQuestions } from '../harness/jobs.js';
import { type Run, roundsOf } from '../harness/run.js';

export const queueCells: { readonly [Question in QueueQuestion]: string } = {
  page: '100 agents, a page each 2 s',
  filters: '100 agents, a page by a filter of their own and its count each 5 s',
  counts: '100 agents, all counts each 5 s',
  past: 'a page as of a past instant, one after the other',
};

/** How soon the queue answers when there is much in it. Nobody else has such a queue: it is measured against itself. */
export async function runQueue(run: Run): Promise<void> {
  const { conversations, queueMs, window } = run.options;
  const filled = () =>
    run.template('safar_bench_queue', (target) => runJob('queue-prepare', { ...target, conversations }));
  for (const round of roundsOf(run.options))
    for (const asked of queueQuestions) {
      const place = { scenario: 'queue', cell: queueCells[asked], contestant: 'safar', round };
      await run.measure(place, { of: filled, shared: true }, (target) =>
        runJob('queue', { ...target, asked, window: { warmUpMs: 2 * window.warmUpMs, measureMs: queueMs } }),
      );
    }
}
