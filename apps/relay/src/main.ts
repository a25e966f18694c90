import { createLogger } from '#platform/telemetry';
import {
  loadConfig,
  openInstallation,
  relayChecks,
  runAndClose,
  startupProblem,
  untilEnded,
  untilStopped,
  watchRelay,
  whileItMoves,
} from '#wiring';

/** Carries the store's log to Kafka. Any number of these may run: a lease decides who works. */
async function run(): Promise<void> {
  const config = loadConfig(process.env);
  const stopped = untilStopped();
  const installation = await openInstallation(config, { program: 'relay' });
  await runAndClose(installation, async () => {
    const relay = installation.startRelay();
    const logger = createLogger({ level: config.logLevel, program: 'relay' });
    await installation.serveInternally(relayChecks(installation, relay), (check, err) => {
      logger.warn({ check, err }, 'not ready');
    });
    await whileItMoves(untilEnded(stopped, installation), watchRelay(relay), config.stalledAfterMs);
  });
}

try {
  await run();
} catch (error) {
  process.stderr.write(`${startupProblem(error)}\n`);
  process.exitCode = 1;
}
