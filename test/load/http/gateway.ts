import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Scope } from '#contracts';
import { createLogger } from '#platform/telemetry';
import { type Installation, loadConfig, openInstallation, readinessChecks, SafarModule } from '#wiring';
import { createGateway } from '../../../apps/gateway/src/bootstrap.js';
import { type Serving } from './serving.js';

/** Copies of one database are opened by many processes, so they share its key; it protects nothing. */
const masterKey = createHash('sha256').update('safar bench').digest('base64');

/** What an installation runs with, for callers who have agreed on more than 10,000 touchpoints a second. */
const configOf = (url: string, dataDir: string, environment: Readonly<Record<string, string>>) =>
  loadConfig({
    ...environment,
    SAFAR_DATABASE_URL: url,
    SAFAR_DATA_DIR: dataDir,
    SAFAR_MASTER_KEY: masterKey,
    SAFAR_RATE_ITEMS_PER_SECOND: '10000000',
    SAFAR_RATE_BURST_ITEMS: '100000000',
  });

/** An installation in a folder that goes with it. */
export async function openBenchInstallation(
  url: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ installation: Installation; close(): Promise<void> }> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'safar-bench-http-'));
  const installation = await openInstallation(configOf(url, dataDir, environment), { program: 'bench' });
  return {
    installation,
    close: async () => {
      await installation.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export interface GatewaySettings {
  readonly environment?: Readonly<Record<string, string>>;
  readonly scopes?: readonly Scope[];
}

type Recorder = Installation['recordTouchpoints'];

/** The gateway as `main.ts` opens it, its log included, on a recorder of the contestant's choice. */
export async function serveGateway(
  url: string,
  recorderOf: (installation: Installation) => Recorder,
  { environment = {}, scopes = ['touchpoints:write'] }: GatewaySettings = {},
): Promise<Serving> {
  const { installation, close } = await openBenchInstallation(url, environment);
  const { config, metrics, tracing } = installation;
  const recording = { ...installation, recordTouchpoints: recorderOf(installation) };
  const gateway = await createGateway({
    imports: [SafarModule.with(recording, readinessChecks(installation))],
    config: config.http,
    // Standard output is open and read by nobody.
    logger: createLogger({ level: config.logLevel }),
    metrics,
    tracing,
  });
  const issued = await installation.access.apiKeys.create({ name: 'bench', scopes }, { kind: 'operator', id: 'bench' });
  await gateway.listen(0, '127.0.0.1');
  return {
    port: Number(new URL(await gateway.getUrl()).port),
    key: issued.key,
    close: async () => {
      await gateway.close();
      await close();
    },
  };
}
