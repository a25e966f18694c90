import { runJob } from '../harness/child.js';
import { projectionWays } from '../harness/jobs.js';
import { filledLog } from '../harness/log.js';
import { type Run, roundsOf } from '../harness/run.js';
import { rotated } from '../harness/schedule.js';

export const projectionCell = 'timeline';

export async function runProjection(run: Run): Promise<void> {
  const limitMs = run.options.projectionMs;
  for (const round of roundsOf(run.options))
    for (const way of rotated(projectionWays, round)) {
      const place = { scenario: 'projection', cell: projectionCell, contestant: way, round };
      await run.measure(place, { of: () => filledLog(run, way === 'emmett' ? 'emmett' : 'safar') }, (target) =>
        runJob('projection', { ...target, way, limitMs }),
      );
    }
}
