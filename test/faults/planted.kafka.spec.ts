import { ownCluster, withOwnBrokers } from '#testing';
import { patchedBuild } from '../flows/support/patched-build.js';
import { plantedBugs } from './planted/planted-bugs.js';
import { runFaults } from './run-faults.js';

const cluster = ownCluster();
const SEED = Number(process.env['SAFAR_TEST_FAULTS_SEED'] ?? 20_260_321);
/** Each is a whole run of half a minute: `npm run test:faults -- --planted`; otherwise one of them shows that it can be done. */
const everything = process.env['SAFAR_TEST_FAULTS_PLANTED'] === 'all';
const chosen = plantedBugs.filter(({ name }) => everything || name === 'a relay that does not keep the order');
/** Long enough for whoever can to catch up, after leases of ten seconds. */
const PATIENCE_MS = 20_000;

withOwnBrokers(describe)('a planted bug', () => {
  it.each(chosen)(
    '$name is caught ($breaks)',
    async ({ breaks, patches = [], counts, kafka, plan, restarts = 0, ...bug }) => {
      const build = patchedBuild(patches);
      try {
        const { violations } = await runFaults({
          ...{
            seed: SEED,
            plan: { steps: plan },
            restarts,
            rebuilt: [],
            patienceMs: PATIENCE_MS,
            say: () => undefined,
          },
          ...{ program: build.path, cluster: kafka === true ? cluster : undefined },
          counts: { gateway: 1, projector: 1, reactor: 1, relay: 1, ...counts },
          ...{ before: bug.before, after: bug.after, serverSettings: bug.serverSettings },
        });
        process.stdout.write(
          `${bug.name}: ${violations
            .map(({ invariant, what }) => `${invariant}: ${what}`)
            .join(' | ')
            .slice(0, 400)}\n`,
        );
        const broken = new Set(violations.map(({ invariant }) => invariant.split(' ')[0]));
        expect([...broken]).toEqual(bug.alone === true ? [breaks] : expect.arrayContaining([breaks]));
      } finally {
        build.remove();
      }
    },
    180_000,
  );
});
