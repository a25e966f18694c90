import { runJob } from '../harness/child.js';
import { type HttpLoad, type HttpWay } from '../harness/jobs.js';
import { type Run, roundsOf } from '../harness/run.js';
import { rotated } from '../harness/schedule.js';
import { BATCH } from '../validate/touchpoints.js';

interface Cell {
  readonly name: string;
  readonly load: HttpLoad;
  /** Who is measured, under the name that the table has for them. */
  readonly ways: Readonly<Record<string, HttpWay>>;
}

const single: HttpLoad = { connections: 64, eventsPerRequest: 1 };
/** 1,600 touchpoints in flight; with 64 connections they would be more than the gateway lets in at once. */
const batch: HttpLoad = { connections: 16, eventsPerRequest: BATCH };

export const httpCells = {
  single: {
    name: '64 connections × 1, before the store',
    load: single,
    ways: { safar: 'safar', 'node-http': 'node-http' },
  },
  batch: {
    name: '16 connections × 100, before the store',
    load: batch,
    ways: { safar: 'safar', 'node-http': 'node-http' },
  },
  stored: {
    name: '64 connections × 1, stored',
    load: single,
    ways: { safar: 'safar-stored', emmett: 'emmett-stored' },
  },
  batchStored: { name: '16 connections × 100, stored', load: batch, ways: { safar: 'safar-stored' } },
} as const satisfies Readonly<Record<string, Cell>>;

export async function runHttp(run: Run): Promise<void> {
  const { window } = run.options;
  const of = (): Promise<string> => run.template('safar_bench_http', (target) => runJob('http-prepare', target));
  const cells: readonly Cell[] = Object.values(httpCells);
  for (const round of roundsOf(run.options))
    for (const { name, load, ways } of cells)
      for (const [contestant, way] of rotated(Object.entries(ways), round)) {
        const place = { scenario: 'http', cell: name, contestant, round };
        await run.measure(place, { of }, (target) => runJob('http', { ...target, way, load, window }));
      }
}
