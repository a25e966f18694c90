import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';

interface Said {
  readonly url: string;
  readonly port: number;
  readonly pidFile: string;
}

/** Processes are killed here, the power stays on: what was written is in the page cache. */
const SETTINGS = { fsync: 'off', full_page_writes: 'off', max_connections: '300' };

/** A PostgreSQL that may be killed; a process of its own keeps it running. */
export class PostgresServer {
  readonly url: string;
  readonly port: number;

  private constructor(
    private readonly keeper: ChildProcess,
    private readonly said: Said,
  ) {
    ({ url: this.url, port: this.port } = said);
  }

  static async start(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
    const script = path.join(__dirname, '../postgres-server.mjs');
    const keeper = spawn(process.execPath, [script, JSON.stringify({ ...SETTINGS, ...settings })], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const [said] = (await Promise.race([
      once(keeper, 'message'),
      once(keeper, 'exit').then(() => Promise.reject(new Error('PostgreSQL was not started'))),
    ])) as [Said];
    return new PostgresServer(keeper, said);
  }

  /** The whole server, at once. */
  kill(): void {
    process.kill(Number(readFileSync(this.said.pidFile, 'utf8').split('\n')[0]), 'SIGKILL');
  }

  async stop(): Promise<void> {
    const ended = once(this.keeper, 'exit');
    this.keeper.send('stop');
    await ended;
  }
}
