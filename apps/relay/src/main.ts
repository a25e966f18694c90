import { createLogger } from '#platform/telemetry';
import {
  closeWithin,
  loadConfig,
  openInstallation,
  relayChecks,
  startupProblem,
  untilEnded,
  untilStopped,
  watchRelay,
  whileItMoves,
} from '#wiring';

const CLOSE_MS = 10_000;

/** Carries the store's log to Kafka. Any number of these may run: a lease decides who works. */
async function run(): Promise<void> {
  const config = loadConfig(process.env);
  const stopped = untilStopped();
  const installation = await openInstallation(config, { program: 'relay' });
  try {
    const relay = await installation.startRelay();
    const logger = createLogger({ level: config.logLevel, program: 'relay' });
    await installation.serveInternally(relayChecks(installation, relay), (check, err) => {
      logger.warn({ check, err }, 'not ready');
    });
    await whileItMoves(untilEnded(stopped, installation), watchRelay(relay), config.stalledAfterMs);
  } catch (error) {
    // At once: closing may wait for ever for what stood still, and then nobody would learn of it.
    fail(error);
    if (!(await closeWithin(installation, CLOSE_MS))) process.exit();
    return;
  }
  await installation.close();
}

function fail(error: unknown): void {
  process.stderr.write(`${startupProblem(error)}\n`);
  process.exitCode = 1;
}

try {
  await run();
} catch (error) {
  fail(error);
}
