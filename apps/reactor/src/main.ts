import { createLogger } from '#platform/telemetry';
import {
  loadConfig,
  openInstallation,
  reactionCheck,
  readinessChecks,
  runAndClose,
  startupProblem,
  untilEnded,
  untilStopped,
  watchReactions,
  whileItMoves,
} from '#wiring';

/** Turns events and the passing of time into commands. Any number of these may run: leases decide who works. */
async function run(): Promise<void> {
  const config = loadConfig(process.env);
  const stopped = untilStopped();
  const installation = await openInstallation(config, { program: 'reactor' });
  await runAndClose(installation, async () => {
    const host = installation.startReactions();
    const logger = createLogger({ level: config.logLevel, program: 'reactor' });
    const checks = [...readinessChecks(installation), reactionCheck(host)];
    await installation.serveInternally(checks, (check, err) => {
      logger.warn({ check, err }, 'not ready');
    });
    await whileItMoves(untilEnded(stopped, installation), watchReactions(host), config.stalledAfterMs);
  });
}

try {
  await run();
} catch (error) {
  process.stderr.write(`${startupProblem(error)}\n`);
  process.exitCode = 1;
}
