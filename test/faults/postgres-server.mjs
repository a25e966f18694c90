// A PostgreSQL of the test's own, because it or its backends are killed. One that dies is started again on its port.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '../../dist/libs/platform/src/postgres/index.js';

const folder = mkdtempSync(path.join(tmpdir(), 'safar-postgres-'));
// PostgreSQL may have to run as another account, which must reach the folder.
chmodSync(folder, 0o755);
const dataDir = path.join(folder, 'postgres');
const server = await startEmbeddedPostgres({
  dataDir,
  port: 0,
  settings: { max_connections: '100', restart_after_crash: 'on', ...JSON.parse(process.argv[2] ?? '{}') },
});
server.keepRunning(() => {});
const stop = async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
};
process.once('message', stop);
process.once('disconnect', stop);
process.send({ url: server.url, port: server.port, pidFile: path.join(dataDir, 'postmaster.pid') });
