// EventStoreDB from an image for the tests of it, where SAFAR_TEST_CONTAINERS=true asks for that.
// One PostgreSQL for all test files that need a server; each file gets a database of its own in it (libs/testing).
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureBuilt } from '../bin/build.mjs';
import teardown from './global-teardown.mjs';

export default async function setup() {
  // Types have a check of their own; a test may run while another file is half written.
  if (!process.env.SAFAR_TEST_POSTGRES_URL || wantsEventStoreDb()) ensureBuilt({ acceptTypeErrors: true });
  if (!process.env.SAFAR_TEST_POSTGRES_URL) await startPostgres();
  if (wantsEventStoreDb()) await startEventStoreDb();
}

const wantsEventStoreDb = () =>
  process.env.SAFAR_TEST_CONTAINERS === 'true' &&
  process.env.npm_lifecycle_event === 'test:eventstore' &&
  !process.env.SAFAR_EVENTSTORE_URL;

async function startEventStoreDb() {
  const { startEventStoreDbContainer } = await import('../dist/libs/testing/src/containers.js');
  try {
    globalThis.safarTestEventStoreDb = await startEventStoreDbContainer();
  } catch (error) {
    await teardown();
    throw error;
  }
  process.env.SAFAR_EVENTSTORE_URL = globalThis.safarTestEventStoreDb.address;
}

async function startPostgres() {
  const { startEmbeddedPostgres } = await import('../dist/libs/platform/src/postgres/embedded/embedded-postgres.js');
  const folder = mkdtempSync(path.join(tmpdir(), 'safar-test-'));
  chmodSync(folder, 0o755);
  const server = await startEmbeddedPostgres({
    dataDir: path.join(folder, 'postgres'),
    port: 0,
    // Tests kill clients and backends, they do not cut the power: without fsync they take a third of the time.
    settings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      max_connections: '300',
      max_wal_size: '2GB',
    },
  });
  globalThis.safarTestPostgres = { server, folder };
  process.env.SAFAR_TEST_POSTGRES_URL = server.url;
}
