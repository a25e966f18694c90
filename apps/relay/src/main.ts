import { createLogger } from '#platform/telemetry';
import {
  loadConfig,
  openInstallation,
  relayChecks,
  runAndClose,
  startupProblem,
  untilEnded,
  untilStopped,
  type Warn,
  watchRelay,
  whileItMoves,
} from '#wiring';

/**
 * Carries the store's log to Kafka and, where it is asked for, touchpoints from Kafka to the store. Any number of these may run: leases
 * decide who works.
 */
async function run(): Promise<void> {
  const config = loadConfig(process.env);
  const stopped = untilStopped();
  const installation = await openInstallation(config, { program: 'relay' });
  await runAndClose(installation, async () => {
    const relay = installation.startRelay();
    const logger = createLogger({ level: config.logLevel, program: 'relay' });
    const warn: Warn = (details, text) => {
      logger.warn(details, text);
    };
    const inbound = config.kafka?.inbound === true ? installation.startInbound(warn) : undefined;
    await installation.serveInternally(relayChecks(installation, relay, inbound), (check, err) => {
      logger.warn({ check, err }, 'not ready');
    });
    await whileItMoves(untilEnded(stopped, installation), watchRelay(relay, inbound), config.stalledAfterMs);
  });
}

try {
  await run();
} catch (error) {
  process.stderr.write(`${startupProblem(error)}\n`);
  process.exitCode = 1;
}
