import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '#platform/postgres';
import { postmasterOf } from './process-accounts.js';

export interface BenchServer {
  /** Connection string of the owner. */
  readonly url: string;
  /** Folder of the cluster, when it is ours. */
  readonly dataDir?: string;
  readonly postmasterPid?: number;
  stop(): Promise<void>;
}

/**
 * Durability is PostgreSQL's own: fsync, synchronous_commit and full_page_writes are on. The rest is what Safar's embedded
 * server runs with, and room for the contestants that need a connection per caller.
 */
const settings = {
  max_connections: '400',
  shared_buffers: '256MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  jit: 'off',
};

/** The given server, or one of our own in a temporary folder. */
export async function openServer(databaseUrl: string | undefined): Promise<BenchServer> {
  if (databaseUrl !== undefined)
    return { url: databaseUrl, ...(await accountsOf(databaseUrl)), stop: () => Promise.resolve() };
  const folder = mkdtempSync(path.join(tmpdir(), 'safar-bench-'));
  // PostgreSQL may have to run as another account, which must reach the folder.
  chmodSync(folder, 0o755);
  const dataDir = path.join(folder, 'postgres');
  const server = await startEmbeddedPostgres({ dataDir, port: 0, settings });
  return {
    url: server.url,
    dataDir,
    ...(await accountsOf(server.url)),
    stop: async () => {
      await server.stop();
      // A server that was interrupted in a checkpoint may still be letting go of its files.
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function accountsOf(url: string): Promise<{ postmasterPid?: number }> {
  return await withClient(url, async (client) => {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    // Looked up while the backend lives.
    const postmasterPid = rows[0] && postmasterOf(rows[0].pid);
    return postmasterPid === undefined ? {} : { postmasterPid };
  });
}

async function withClient<Value>(url: string, work: (client: pg.Client) => Promise<Value>): Promise<Value> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** One statement on a connection of its own. */
export const ask = async <Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> =>
  await withClient(url, async (client) => (await client.query<Row>(sql)).rows);

export const urlIn = (server: BenchServer, name: string): string => {
  const parsed = new URL(server.url);
  parsed.pathname = `/${name}`;
  return parsed.toString();
};

/** An empty database, or a copy of another one. */
export async function createDatabase(server: BenchServer, name: string, template = 'template1'): Promise<string> {
  await dropDatabase(server, name);
  // FILE_COPY ends in a checkpoint: every measurement begins with a clean buffer, and none pays for its predecessor's writes.
  await ask(server.url, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  return urlIn(server, name);
}

export async function dropDatabase(server: BenchServer, name: string): Promise<void> {
  await ask(server.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
}
