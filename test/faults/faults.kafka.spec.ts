import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { withOwnBrokers } from '#testing';
import { runFaults } from './run-faults.js';
import { type ClusterBehindProxies, startClusterBehindProxies } from './supervisor/cluster-behind-proxies.js';
import { allTwice } from './supervisor/tested-installation.js';

const SEED = Number(process.env['SAFAR_TEST_FAULTS_SEED'] ?? 20_260_321);
const ASKED = process.env['SAFAR_TEST_FAULTS_KILLS'];
const KILLS = Number(ASKED ?? 3);
/** How often every program is restarted in turn, before anything is killed. */
const RESTARTS = Number(process.env['SAFAR_TEST_FAULTS_RESTARTS'] ?? 1);
/** Whoever asks for kills gets two of each process; in a few seconds that many only just start. */
const COUNTS = ASKED === undefined ? { gateway: 2, projector: 2, reactor: 1, relay: 1 } : allTwice;
/** In a long run all of them could be; these are of each kind: appended to, counted, and made by reactions. */
const REBUILT = ASKED === undefined ? ['timeline'] : ['timeline', 'customers', 'conversations', 'queue'];
/** Of the six partitions: kills divide those of one read model between processes. */
const LANES = { timeline: 6, customers: 3 };
/** Each takes ten seconds in which everybody falls behind. */
const PARTITIONS = ASKED === undefined ? 1 : 3;
/** Somewhat longer than is allowed: how much too long it took is worth knowing. */
const PATIENCE_MS = 90_000;
/** Of a kill with what else happens until the next; beside it the start, the healing and the checks. */
const KILL_MS = 12_000;
const RESTARTS_MS = 120_000;
const REST_MS = 300_000;

/** Of a cluster: each broker formats its folder and joins the others. */
const START_MS = 120_000;

withOwnBrokers(describe)('processes that are restarted, killed and frozen under load', () => {
  let folder: string;
  let brokers: ClusterBehindProxies | undefined;

  // Brokers that can be cut off from each other; the cluster that other tests share has nothing in between.
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'safar-faults-kafka-'));
    chmodSync(folder, 0o755);
    brokers = await startClusterBehindProxies(folder);
  }, START_MS);
  afterAll(async () => {
    await brokers?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it(
    `keep every promise (seed ${String(SEED)}, ${String(RESTARTS)} restarts of each, ${String(KILLS)} kills)`,
    async () => {
      const { cluster, links } = brokers ?? {};
      const tale: string[] = [];
      const say = (line: string): void => {
        tale.push(line);
        // Minutes go by: whoever asked for them sees them pass, and has the tale when they break off.
        if (ASKED !== undefined) process.stdout.write(`${line}\n`);
      };
      try {
        const { violations, acknowledged, lookedUp, observed, restarted, sharing } = await runFaults({
          ...{ seed: SEED, plan: { kills: KILLS }, cluster, links, counts: COUNTS },
          ...{
            restarts: RESTARTS,
            partitions: PARTITIONS,
            lanes: LANES,
            rebuilt: REBUILT,
            patienceMs: PATIENCE_MS,
            say,
          },
        });
        const { store, healedAfterMs } = observed;
        const told = { acknowledged, lookedUp, sharing, events: store.length, healedAfterMs };
        const figures = { seed: SEED, kills: KILLS, restarted, ...told };
        process.stdout.write(`${JSON.stringify(figures)}\n`);
        expect(violations).toEqual([]);
        expect(acknowledged).toBeGreaterThan(50);
        expect(lookedUp).toBeGreaterThan(acknowledged / 100);
      } catch (error) {
        const again = `Again: npm run test:faults -- --seed ${String(SEED)} --kills ${String(KILLS)} --rolling ${String(RESTARTS)}`;
        throw new Error([String(error), ...tale, again].join('\n'), { cause: error });
      }
    },
    KILLS * KILL_MS + RESTARTS * RESTARTS_MS + REST_MS,
  );
});
