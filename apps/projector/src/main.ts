import { createLogger } from '#platform/telemetry';
import { loadConfig, openInstallation, readinessChecks, startupProblem, untilEnded, untilStopped } from '#wiring';

/** Feeds the read models. Any number of these may run: leases decide who works. */
async function run(): Promise<void> {
  const config = loadConfig(process.env);
  const stopped = untilStopped();
  const installation = await openInstallation(config, { program: 'projector' });
  try {
    const host = installation.startProjections();
    const logger = createLogger({ level: config.logLevel, program: 'projector' });
    await installation.serveInternally(readinessChecks(installation, host), (check, err) => {
      logger.warn({ check, err }, 'not ready');
    });
    await untilEnded(stopped, installation);
  } finally {
    await installation.close();
  }
}

try {
  await run();
} catch (error) {
  process.stderr.write(`${startupProblem(error)}\n`);
  process.exitCode = 1;
}
