import path from 'node:path';
import pg from 'pg';
import { connectionOf, startEmbeddedPostgres } from '#platform/postgres';

export interface DatabaseSettings {
  /** Another server's connection string; without it, PostgreSQL runs inside the data folder. */
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
}

export interface Database {
  /** Connection string of the owner. */
  readonly url: string;
  /** For people: which server this is; nothing else of the connection string, which may hold secrets. */
  readonly description: string;
  /** Resolves with the reason when an embedded server has died and cannot be started again. */
  readonly lost: Promise<Error>;
  /** Lets go of the server. An embedded one stops when nobody else of us uses it. */
  release(): Promise<void>;
}

const EMBEDDED_PORT = 5433;

/**
 * Settings of the embedded server that differ from PostgreSQL's own. Durability is left as it is (fsync and synchronous_commit
 * stay on): an acknowledged touchpoint survives a power cut.
 */
const embeddedSettings = {
  shared_buffers: '256MB',
  max_connections: '100',
  // Fewer checkpoints while years of history are imported.
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  // Ours are short statements, for which compiling costs more than it saves.
  jit: 'off',
};

export async function openDatabase(settings: DatabaseSettings, say: (line: string) => void): Promise<Database> {
  if (settings.databaseUrl !== undefined)
    return {
      url: settings.databaseUrl,
      description: describe(settings.databaseUrl),
      // Whoever runs that server looks after it.
      lost: new Promise(() => undefined),
      release: () => Promise.resolve(),
    };
  const dataDir = path.join(settings.dataDir, 'postgres');
  const server = await startEmbeddedPostgres({ dataDir, port: EMBEDDED_PORT, settings: embeddedSettings });
  if (server.adopted) say(`Using the PostgreSQL that already runs on port ${String(server.port)}.`);
  else if (server.port !== EMBEDDED_PORT)
    say(`Port ${String(EMBEDDED_PORT)} is taken: PostgreSQL listens on ${String(server.port)}.`);
  return {
    url: server.url,
    description: `embedded PostgreSQL in ${path.relative(process.cwd(), dataDir) || dataDir}, port ${String(server.port)}`,
    lost: new Promise((resolve) => {
      server.keepRunning((news) => {
        if (news.kind === 'died') say('PostgreSQL has ended unexpectedly: starting it again …');
        else if (news.kind === 'running-again') say('PostgreSQL runs again.');
        else resolve(news.error);
      });
    }),
    release: async () => {
      await server.leave();
      // Whoever leaves last turns off the light: a command may still be working while the platform is stopped.
      if (!(await usedByOthers(server.url))) await server.stop();
    },
  };
}

/** Only what says which server it is: secrets may stand in every other part of a connection string. */
function describe(url: string): string {
  const connection = connectionOf(url);
  if (connection === undefined) return 'PostgreSQL of SAFAR_DATABASE_URL';
  const { host, port, database } = connection;
  // A host with a slash is the folder of a socket, one with a colon an IPv6 address.
  const server = host.includes('/')
    ? `${host}, port ${String(port)}`
    : `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
  return `PostgreSQL on ${server}, database ${database}`;
}

async function usedByOthers(url: string): Promise<boolean> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query(`
      SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() LIMIT 1`);
    return rowCount === 1;
  } catch {
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}
