import { runJob } from '../harness/child.js';
import { replayWays } from '../harness/jobs.js';
import { filledLog } from '../harness/log.js';
import { type Run, roundsOf } from '../harness/run.js';
import { rotated } from '../harness/schedule.js';

export const replayCell = 'the whole log';

export async function runReplay(run: Run): Promise<void> {
  for (const round of roundsOf(run.options))
    for (const way of rotated(replayWays, round)) {
      const place = { scenario: 'replay', cell: replayCell, contestant: way, round };
      await run.measure(place, { of: () => filledLog(run, 'safar'), shared: true }, (target) =>
        runJob('replay', { ...target, way }),
      );
    }
}
