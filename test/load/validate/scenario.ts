import { runJob } from '../harness/child.js';
import { type ValidateBody, validateWays } from '../harness/jobs.js';
import { type Run, roundsOf } from '../harness/run.js';
import { rotated } from '../harness/schedule.js';

export const validateCells: { readonly [Body in ValidateBody]: string } = {
  single: 'one at a time',
  batch: 'batch of 100',
  orders: 'batch of 100 orders of 20 lines',
};

const bodies = ['single', 'batch', 'orders'] as const satisfies readonly ValidateBody[];

export async function runValidate(run: Run): Promise<void> {
  for (const round of roundsOf(run.options))
    for (const body of bodies)
      for (const way of rotated(validateWays, round)) {
        const place = { scenario: 'validate', cell: validateCells[body], contestant: way, round };
        // Nothing is stored: no database is made.
        await run.measure(place, { of: () => Promise.resolve('postgres'), shared: true }, () =>
          runJob('validate', { way, body, window: run.options.window }),
        );
      }
}
