import { Chance } from '../../apps/cli/src/simulator/chance.js';
import { ownCluster, withOwnBrokers } from '#testing';
import { patchedBuild } from '../flows/support/patched-build.js';
import { rebalancesOf } from './plan/plan.js';
import { slowHandlers } from './planted/slow-handlers.js';
import { runFaults } from './run-faults.js';

const SEED = Number(process.env['SAFAR_TEST_FAULTS_SEED'] ?? 20_260_321);
const ASKED = process.env['SAFAR_TEST_FAULTS_REBALANCES'];
const REBALANCES = Number(ASKED ?? 4);
const PATIENCE_MS = 90_000;
/** Of about half of them a lease has to run out. */
const REBALANCE_MS = 25_000;
/** Of the six partitions: one each, and two each. */
const LANES = { timeline: 6, customers: 3 };
const REST_MS = 240_000;

const cluster = ownCluster();

withOwnBrokers(describe)('projectors that leave and join while what they do takes long', () => {
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
        const { violations, acknowledged, lookedUp, observed, rebalanced, sharing } = await runFaults({
          ...{ seed: SEED, plan: { steps: rebalancesOf(new Chance(SEED, 2), REBALANCES) } },
          ...{ counts: { gateway: 1, projector: 3, reactor: 1, relay: 1 }, program: build.path, cluster },
          ...{ lanes: LANES, rebuilt: ['timeline'], patienceMs: PATIENCE_MS, say },
        });
        const figures = { seed: SEED, rebalanced, sharing, acknowledged, lookedUp, events: observed.store.length };
        process.stdout.write(`${JSON.stringify(figures)}\n`);
        expect(violations).toEqual([]);
        // Each of them moved something, and lanes of one read model were divided among processes.
        expect(rebalanced).toBe(REBALANCES);
        expect(sharing).toBeGreaterThanOrEqual(2);
        expect(lookedUp).toBeGreaterThan(acknowledged / 100);
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
