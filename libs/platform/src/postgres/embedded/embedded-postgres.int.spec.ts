import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { unprivilegedAccount } from './processes.js';
import { servesAt } from './running-server.js';

// Compiled by the global setup; each start is a process of its own, as in life, so that it can be killed.
const compiled = path.resolve(
  __dirname,
  '../../../../../dist/libs/platform/src/postgres/embedded/embedded-postgres.js',
);

interface Started {
  readonly url: string;
  readonly port: number;
  readonly adopted: boolean;
}

class Starter {
  private constructor(
    readonly process: ChildProcess,
    readonly server: Started,
  ) {}

  static async start(dataDir: string, port: number): Promise<Starter> {
    const script = `
      import { startEmbeddedPostgres } from ${JSON.stringify(compiled)};
      const server = await startEmbeddedPostgres(${JSON.stringify({ dataDir, port, settings: { fsync: 'off' } })});
      process.send({ url: server.url, port: server.port, adopted: server.adopted });
      process.on('message', async () => { await server.stop(); process.exit(0); });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let complaint = '';
    child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    const server = await Promise.race([
      once(child, 'message').then(([message]) => message as Started),
      once(child, 'exit').then(() => Promise.reject(new Error(complaint))),
    ]);
    return new Starter(child, server);
  }

  async stop(): Promise<void> {
    this.process.send('stop');
    await once(this.process, 'exit');
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await once(this.process, 'exit');
  }
}

const ask = async (url: string, sql: string): Promise<unknown> => {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows[0];
  } finally {
    await client.end();
  }
};

describe('the embedded PostgreSQL', () => {
  let folder: string;
  let dataDir: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'safar-embedded-'));
    chmodSync(folder, 0o755);
    dataDir = path.join(folder, 'postgres');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps its data from one start to the next', async () => {
    const first = await Starter.start(dataDir, 0);
    await ask(first.server.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    const second = await Starter.start(dataDir, 0);
    expect(await ask(second.server.url, 'SELECT answer FROM kept')).toEqual({ answer: 42 });
    expect(second.server.adopted).toBe(false);
    await second.stop();
  });

  it('takes the next free port when its own is taken', async () => {
    const squatter = net.createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as net.AddressInfo;
    const starter = await Starter.start(dataDir, port);
    expect(starter.server.port).toBeGreaterThan(port);
    await starter.stop();
    squatter.close();
  });

  it('adopts the server of a process that was killed', async () => {
    const killed = await Starter.start(dataDir, 0);
    await ask(killed.server.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await killed.kill();
    const next = await Starter.start(dataDir, 0);
    expect(next.server).toMatchObject({ adopted: true, port: killed.server.port });
    expect(await ask(next.server.url, 'SELECT answer FROM kept')).toEqual({ answer: 42 });
    await next.stop();
    await expect(ask(next.server.url, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('is one server for two processes that start it at the same moment', async () => {
    const [one, two] = await Promise.all([Starter.start(dataDir, 0), Starter.start(dataDir, 0)]);
    expect(one.server.port).toBe(two.server.port);
    await one.kill();
    await two.stop();
  });

  it('starts on a copy of its folder alone, whose password stayed behind and whose process number somebody else has', async () => {
    const first = await Starter.start(dataDir, 0);
    await ask(first.server.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    const restored = path.join(folder, 'other-machine/postgres');
    cpSync(dataDir, restored, { recursive: true });
    // Of the account that the server runs as: PostgreSQL itself would take it for a server of this folder.
    const stranger = spawn('sleep', ['120'], { ...unprivilegedAccount(), stdio: 'ignore' });
    await once(stranger, 'spawn');
    writeFileSync(path.join(restored, 'postmaster.pid'), `${String(stranger.pid)}\n${restored}\n1764000000\n5433\n\n`);
    try {
      const second = await Starter.start(restored, 0);
      expect(second.server.adopted).toBe(false);
      expect(await ask(second.server.url, 'SELECT answer FROM kept')).toEqual({ answer: 42 });
      await second.stop();
    } finally {
      stranger.kill();
    }
  });

  it('says that a folder of another version of PostgreSQL is one', async () => {
    mkdirSync(dataDir);
    writeFileSync(path.join(dataDir, 'PG_VERSION'), '17\n');
    await expect(Starter.start(dataDir, 0)).rejects.toThrow(
      /is a folder of PostgreSQL 17, and this Safar brings PostgreSQL 18/,
    );
  });

  it('asks for a password, and leaves nothing half made', async () => {
    const starter = await Starter.start(dataDir, 0);
    const url = new URL(starter.server.url);
    url.password = 'wrong';
    await expect(ask(url.toString(), 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    // Where the system does not tell whose process it is, its port is asked.
    const answers = [
      [starter.server.url, dataDir] as const,
      [starter.server.url, folder] as const,
      [url.toString(), dataDir] as const,
    ];
    expect(await Promise.all(answers.map((asked) => servesAt(...asked)))).toEqual([true, false, false]);
    // As root, from a checkout that nobody else may enter, the programs are copied to where PostgreSQL's account can reach them.
    const made = readdirSync(folder).filter((name) => name !== 'postgres-programs');
    expect(made.sort()).toEqual(['postgres', 'postgres.log', 'postgres.password']);
    await starter.stop();
  });
});
