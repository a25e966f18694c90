import { createLogger } from '#platform/telemetry';
import {
  loadConfig,
  openInstallation,
  readinessChecks,
  SafarModule,
  startupProblem,
  untilEnded,
  untilStopped,
} from '#wiring';
import { createGateway } from './bootstrap.js';
import { Draining } from './server/draining.js';

/** The front door alone: the read models are fed by projectors. */
async function run(): Promise<void> {
  const config = loadConfig(process.env);
  const stopped = untilStopped();
  const installation = await openInstallation(config, { program: 'gateway' });
  const logger = createLogger({ level: config.logLevel });
  const checks = readinessChecks(installation);
  try {
    const gateway = await createGateway({
      imports: [SafarModule.with(installation, checks)],
      config: config.http,
      logger,
      metrics: installation.metrics,
      tracing: installation.tracing,
    });
    try {
      const draining = gateway.get(Draining);
      await installation.serveInternally([...checks, draining.check], (check, err) => {
        logger.warn({ check, err }, 'not ready');
      });
      await gateway.listen(config.http.port, config.http.host);
      await untilEnded(stopped, installation);
      await draining.leave();
    } finally {
      await gateway.close();
    }
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
