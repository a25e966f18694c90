import { runJob } from './child.js';
import { type LogName } from './jobs.js';
import { type Run } from './run.js';

/** A database with a log of purchases in it, written by the store itself. */
export const filledLog = (run: Run, store: LogName): Promise<string> =>
  run.template(`safar_bench_${store}_log`, (target) =>
    runJob('prepare', {
      ...target,
      store,
      fill: store === 'safar' ? run.options.logEvents : run.options.slowLogEvents,
    }),
  );
