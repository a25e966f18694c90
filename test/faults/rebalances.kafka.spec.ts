import { Chance } from '../../apps/cli/src/simulator/chance.js';
import { KafkaCluster } from '#testing';
import { patchedBuild } from '../flows/support/patched-build.js';
import { rebalancesOf } from './plan/plan.js';
import { runFaults } from './run-faults.js';

const SEED = Number(process.env['SAFAR_TEST_FAULTS_SEED'] ?? 20_260_321);
const ASKED = process.env['SAFAR_TEST_FAULTS_REBALANCES'];
const REBALANCES = Number(ASKED ?? 4);
const PATIENCE_MS = 90_000;
/** Of one in four a lease has to run out. */
const REBALANCE_MS = 20_000;
const REST_MS = 240_000;

/** A page takes up to half a second inside its transaction, and whoever goes has most likely some in hand. */
const slowHandlers = {
  file: 'libs/platform/src/projections/apply-page.js',
  find: 'target.onSetAside(folded);',
  replace: `target.onSetAside(folded);
        await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 400));`,
};

const cluster = KafkaCluster.at(process.env['SAFAR_TEST_KAFKA'] ?? '');

describe('projectors that leave and join while what they do takes long', () => {
  it(
    `keep every promise (seed ${String(SEED)}, ${String(REBALANCES)} times)`,
    async () => {
      const build = patchedBuild([slowHandlers]);
      const tale: string[] = [];
      const say = (line: string): void => {
        tale.push(line);
        if (ASKED !== undefined) process.stdout.write(`${line}\n`);
      };
      try {
        const { violations, acknowledged, observed, takenOver } = await runFaults({
          ...{ seed: SEED, plan: { steps: rebalancesOf(new Chance(SEED, 2), REBALANCES) } },
          ...{ counts: { gateway: 1, projector: 3, reactor: 1, relay: 1 }, program: build.path, cluster },
          ...{ rebuilt: ['timeline'], patienceMs: PATIENCE_MS, say },
        });
        const figures = { seed: SEED, rebalances: REBALANCES, takenOver, acknowledged, events: observed.store.length };
        process.stdout.write(`${JSON.stringify(figures)}\n`);
        expect(violations).toEqual([]);
        expect(takenOver).toBeGreaterThanOrEqual(REBALANCES);
      } catch (error) {
        const again = `Again: npm run test:faults -- --seed ${String(SEED)} --rebalances ${String(REBALANCES)}`;
        throw new Error([String(error), ...tale, again].join('\n'), { cause: error });
      } finally {
        build.remove();
      }
    },
    REBALANCES * REBALANCE_MS + REST_MS,
  );
});
