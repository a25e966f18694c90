import { createLogger } from '#platform/telemetry';
import {
  loadConfig,
  openInstallation,
  readinessChecks,
  runAndClose,
  startupProblem,
  untilEnded,
  untilStopped,
  watchProjections,
  whileItMoves,
} from '#wiring';

/** Feeds the read models. Any number of these may run: leases decide who works. */
async function run(): Promise<void> {
  const config = loadConfig(process.env);
  const stopped = untilStopped();
  const installation = await openInstallation(config, { program: 'projector' });
  await runAndClose(installation, async () => {
    const host = installation.startProjections({}, 'bus');
    const logger = createLogger({ level: config.logLevel, program: 'projector' });
    await installation.serveInternally(readinessChecks(installation, host), (check, err) => {
      logger.warn({ check, err }, 'not ready');
    });
    await whileItMoves(untilEnded(stopped, installation), watchProjections(host), config.stalledAfterMs);
  });
}

try {
  await run();
} catch (error) {
  process.stderr.write(`${startupProblem(error)}\n`);
  process.exitCode = 1;
}
