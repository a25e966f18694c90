import { createRequire } from 'node:module';
import path from 'node:path';
import { createLogger } from '#platform/telemetry';
import { freePort } from '#platform/postgres';
import {
  ConfigurationError,
  describeEventLog,
  type Installation,
  loadConfig,
  openInstallation,
  reactionCheck,
  readinessChecks,
  SafarModule,
  untilEnded,
  untilStopped,
} from '#wiring';
import { createGateway } from '../../gateway/src/bootstrap.js';
import { Draining } from '../../gateway/src/server/draining.js';
import { bannerText } from './banner.js';
import { type FirstAdmin, firstAdmin } from './first-admin.js';
import { firstKey } from './first-key.js';
import { type FirstSecret } from './first-secret.js';
import { prepareDemo, type PreparedDemo, showDemo } from './demo.js';

/** A process that is killed keeps its leases for this long: the next start shows nothing new before. */
const LEASE_MS = 3_000;

/** Without its database, a shutdown that takes longer is cut short. */
const LOST_SHUTDOWN_MS = 15_000;

/** Who sees what is said. */
export interface Watched {
  readonly say: (line: string) => void;
  /** A person at a terminal, rather than a log. */
  readonly isTerminal: boolean;
}

/** Said, and not passed over: whoever sets it believes that somebody reads the topic. */
const inboundIsForRelays = (): ConfigurationError =>
  new ConfigurationError([
    {
      variable: 'SAFAR_KAFKA_INBOUND',
      problem: 'is for relays, and npm start runs none',
      remedy: 'Leave it out here, and set it for: node dist/apps/relay/src/main.js.',
    },
  ]);

/** Everything in one process: PostgreSQL, the gateway, the projector, the reactor. Resolves when it was asked to stop, and has. */
export async function runStandalone(environment: NodeJS.ProcessEnv, { say, isTerminal }: Watched): Promise<void> {
  const config = loadConfig(environment);
  if (config.kafka?.inbound === true) throw inboundIsForRelays();
  const stopped = untilStopped();
  const installation = await openInstallation(config, { program: 'standalone', say });
  try {
    const demo = config.demo ? await prepareDemo(installation) : undefined;
    const host = installation.startProjections({ leaseMs: LEASE_MS });
    const reactor = installation.startReactions({ leaseMs: LEASE_MS });
    const gateway = await createGateway({
      imports: [SafarModule.with(installation, [...readinessChecks(installation, host), reactionCheck(reactor)])],
      config: config.http,
      logger: createLogger({ level: config.logLevel }),
      metrics: installation.metrics,
      tracing: installation.tracing,
    });
    try {
      const port = await freePort(config.http.port);
      if (config.http.port !== 0 && port !== config.http.port)
        say(`Port ${String(config.http.port)} is taken: listening on ${String(port)}.`);
      await gateway.listen(port, config.http.host);
      const admin = await firstAdmin(installation, isTerminal);
      const key = await firstKey(installation, isTerminal);
      say(banner(installation, await gateway.getUrl(), { demo, admin, key }));
      const stopDemo = new AbortController();
      const { signal } = stopDemo;
      const shown = demo === undefined ? undefined : showDemo(installation, demo, { say, signal });
      const ended = untilEnded(stopped, installation).finally(() => {
        stopDemo.abort();
      });
      const lost = await Promise.race([installation.database.lost, ended.then(() => undefined)]);
      if (lost) {
        // What waits for the database now waits in vain: the end shall not.
        setTimeout(() => process.exit(1), LOST_SHUTDOWN_MS).unref();
        say(lost.message);
        process.exitCode = 1;
      }
      say('Stopping …');
      stopDemo.abort();
      await shown;
      if (!lost) await gateway.get(Draining).leave();
    } finally {
      await gateway.close();
    }
  } finally {
    await installation.close();
  }
}

function banner(
  installation: Installation,
  url: string,
  told: {
    readonly demo: PreparedDemo | undefined;
    readonly admin: FirstAdmin | undefined;
    readonly key: FirstSecret | undefined;
  },
): string {
  const { config, database } = installation;
  const { demo, admin, key } = told;
  return bannerText({
    version: version(),
    url,
    database: database.description,
    eventLog: describeEventLog(config),
    dataDir: path.relative(process.cwd(), config.dataDir) || '.',
    key,
    admin,
    now: installation.clock.now(),
    demo: demo && { isLoaded: demo.isLoaded },
  });
}

function version(): string {
  const manifest: unknown = createRequire(import.meta.url)('../../../../package.json');
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '';
}
