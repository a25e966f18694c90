import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, testDatabase } from '#testing';
import { type Installation, loadConfig, migrations, openInstallation } from '#wiring';
import { cleanEnvironment, dataFolder, root } from '../../flows/support/safar-process.js';

/** How late the event loop was, in milliseconds. */
export interface LoopDelay {
  readonly maxMs: number;
  readonly p999Ms: number;
}

export interface GatewayProcess {
  readonly port: number;
  /** Of an admin. */
  readonly key: string;
  /** As it stands in a page. */
  readonly pageKey: string;
  /** On the same database, with the read models that are fed from here. */
  readonly installation: Installation;
  /** What it logged as errors, line by line. */
  readonly errors: () => readonly string[];
  /** Since it was last asked. */
  loopDelay(): Promise<LoopDelay>;
  close(): Promise<void>;
}

const tester = { kind: 'operator', id: 'cli:test' } as const;

/** The gateway in a process of its own, as it is deployed: nothing but its own work makes its event loop late. */
export async function startGatewayProcess(): Promise<GatewayProcess> {
  const database = await testDatabase(migrations);
  const folder = dataFolder();
  const port = await freePort();
  const settings = {
    SAFAR_DATABASE_URL: database.url,
    SAFAR_DATA_DIR: folder.path,
    SAFAR_HTTP_PORT: String(port),
    SAFAR_LOG_LEVEL: 'error',
    SAFAR_READ_WAIT_TIMEOUT_MS: '20',
    // Thousands of requests come from one caller, and many from nobody; and a busy machine is no overload.
    SAFAR_RATE_ITEMS_PER_SECOND: '10000000',
    SAFAR_RATE_BURST_ITEMS: '10000000',
    SAFAR_RATE_ANONYMOUS_PER_SECOND: '1000000',
    SAFAR_RATE_ANONYMOUS_BURST: '1000000',
    SAFAR_HTTP_LOOP_DELAY_MS: '60000',
    SAFAR_HTTP_WRITE_LATENCY_MS: '60000',
  };
  const installation = await openInstallation(loadConfig(settings), { program: 'test' });
  installation.startProjections({ pollMs: 20 });
  const { key } = await installation.access.apiKeys.create({ name: 'test', scopes: ['admin'] }, tester);
  const page = await installation.access.apiKeys.create({ name: 'page', scopes: ['browser:write'] }, tester);
  const child = fork(path.join(root, 'dist/apps/gateway/src/main.js'), {
    cwd: root,
    env: cleanEnvironment(settings),
    execArgv: ['--max-semi-space-size=64', '--require', path.join(root, 'test/api/fuzz/report-loop.cjs')],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const errors: string[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => errors.push(line));
  const ended = once(child, 'exit');
  const up = async (): Promise<void> => {
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${String(port)}/livez`).catch(() => undefined);
      if (answer?.ok === true) return;
      await pause(100);
    }
  };
  const isUp = await Promise.race([up().then(() => true), ended.then(() => false)]);
  if (!isUp) throw new Error(`the gateway ended before it listened: ${errors.join('\n')}`);
  return {
    ...{ port, key, pageKey: page.key, installation, errors: () => errors },
    loopDelay: async () => {
      child.send('report');
      const [report] = (await once(child, 'message')) as [LoopDelay];
      return report;
    },
    close: async () => {
      child.kill('SIGTERM');
      await ended;
      await installation.close();
      await database.drop();
      folder.remove();
    },
  };
}
