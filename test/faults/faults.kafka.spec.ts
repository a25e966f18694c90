import { KafkaCluster } from '#testing';
import { runFaults } from './run-faults.js';
import { allTwice } from './supervisor/tested-installation.js';

const SEED = Number(process.env['SAFAR_TEST_FAULTS_SEED'] ?? 20_260_321);
const ASKED = process.env['SAFAR_TEST_FAULTS_KILLS'];
const KILLS = Number(ASKED ?? 3);
/** Whoever asks for kills gets two of each process; in a few seconds that many only just start. */
const COUNTS = ASKED === undefined ? { gateway: 1, projector: 2, reactor: 1, relay: 1 } : allTwice;
/** Of a kill with what else happens until the next; beside it the start, the healing and the checks. */
const KILL_MS = 6_000;
const REST_MS = 240_000;

const cluster = KafkaCluster.at(process.env['SAFAR_TEST_KAFKA'] ?? '');

describe('processes that are killed and frozen under load', () => {
  it(
    `keep every promise (seed ${String(SEED)}, ${String(KILLS)} kills)`,
    async () => {
      const { violations, tale, acknowledged, observed } = await runFaults({
        seed: SEED,
        kills: KILLS,
        cluster,
        counts: COUNTS,
      });
      const { healedAfterMs } = observed;
      process.stdout.write(
        `${JSON.stringify({ seed: SEED, kills: KILLS, acknowledged, events: observed.store.length, healedAfterMs })}\n`,
      );
      if (violations.length > 0)
        throw new Error(
          [
            ...violations.map(({ invariant, what }) => `${invariant}: ${what}`),
            ...tale,
            `Again: npm run test:faults -- --seed ${String(SEED)} --kills ${String(KILLS)}`,
          ].join('\n'),
        );
      expect(acknowledged).toBeGreaterThan(100);
    },
    KILLS * KILL_MS + REST_MS,
  );
});
