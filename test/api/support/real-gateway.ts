import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLogger } from '#platform/telemetry';
import { testDatabase, type TestDatabase } from '#testing';
import { type Installation, loadConfig, migrations, openInstallation, readinessChecks, SafarModule } from '#wiring';
import { createGateway } from '../../../apps/gateway/src/bootstrap.js';

export interface RealGateway {
  readonly app: NestFastifyApplication;
  readonly installation: Installation;
  readonly database: TestDatabase;
  /** Of an admin. */
  readonly key: string;
  readonly errors: () => readonly string[];
  close(): Promise<void>;
}

const tester = { kind: 'operator', id: 'cli:test' } as const;

interface RealGatewayOptions {
  readonly readWaitMs?: number;
  /** Another process of the same installation: on its database, with its key. Close it first. */
  readonly beside?: RealGateway;
}

/** The gateway as it is started, with a store and read models of its own. */
export async function openRealGateway({ readWaitMs = 10_000, beside }: RealGatewayOptions = {}): Promise<RealGateway> {
  const database = beside?.database ?? (await testDatabase(migrations));
  const folder = beside?.installation.config.dataDir ?? mkdtempSync(path.join(tmpdir(), 'safar-api-'));
  const config = loadConfig({
    SAFAR_DATABASE_URL: database.url,
    SAFAR_DATA_DIR: folder,
    SAFAR_READ_WAIT_TIMEOUT_MS: String(readWaitMs),
  });
  const installation = await openInstallation(config, { program: 'test' });
  if (!beside) installation.startProjections({ pollMs: 20 });
  const errors: string[] = [];
  // Thousands of requests come from one caller, and many from nobody.
  const rates = { itemsPerSecond: 1e7, burstItems: 1e7, anonymousPerSecond: 1e7, anonymousBurst: 1e7 };
  const app = await createGateway({
    imports: [SafarModule.with(installation, readinessChecks(installation))],
    // The test's own work is in the same event loop: it must not look like an overload.
    config: { ...config.http, rates, loopDelayMs: 60_000, writeLatencyMs: 60_000 },
    logger: createLogger({ level: 'error', destination: { write: (line: string) => void errors.push(line) } }),
  });
  const { key } = beside ?? (await installation.access.apiKeys.create({ name: 'test', scopes: ['admin'] }, tester));
  return {
    ...{ app, installation, database, key, errors: () => errors },
    close: async () => {
      await app.close();
      await installation.close();
      if (beside) return;
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
