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

/** The front door alone: the read models are fed by projectors. */
async function run(): Promise<void> {
  const config = loadConfig(process.env);
  const stopped = untilStopped();
  const installation = await openInstallation(config, { program: 'gateway' });
  try {
    const gateway = await createGateway({
      imports: [SafarModule.with(installation, readinessChecks(installation))],
      config: config.http,
      logger: createLogger({ level: config.logLevel }),
      metrics: installation.metrics,
      tracing: installation.tracing,
    });
    try {
      await gateway.listen(config.http.port, config.http.host);
      await untilEnded(stopped, installation);
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
