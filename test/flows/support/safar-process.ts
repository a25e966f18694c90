import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const root = path.resolve(__dirname, '../../..');

/** What `npm start` gives to Node: its flags decide how much young memory there is, and so what a request costs. */
const startArguments = (): string[] => {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    readonly scripts: { readonly start: string };
  };
  return scripts.start.split(' ').slice(1);
};

/** A data folder of the test's own, which PostgreSQL's account can reach. */
export function dataFolder(): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'safar-flow-'));
  chmodSync(folder, 0o755);
  return {
    path: folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What processes that share a store have in common, of an installation that nobody has used before. */
export const sharedSettings = (databaseUrl: string, dataDir: string): Record<string, string> => ({
  SAFAR_DATABASE_URL: databaseUrl,
  SAFAR_DATA_DIR: dataDir,
  SAFAR_MASTER_KEY: randomBytes(32).toString('base64'),
  SAFAR_LOG_LEVEL: 'error',
});

/** The environment of an ordinary terminal: nothing of the test runner's own. */
export function cleanEnvironment(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(SAFAR_|JEST_|NODE_ENV|NODE_OPTIONS)/.test(name));
  return { ...Object.fromEntries(inherited), NO_COLOR: '1', ...settings };
}

/** Of a test that failed before it stopped them. */
const running = new Set<ChildProcess>();
afterAll(async () => {
  for (const child of running) {
    child.kill('SIGINT');
    await once(child, 'exit');
  }
});

/** In the file that the first start wrote; an older build, which prints it, is started too. */
function firstKeyIn(dataDir: string, output: string): string | undefined {
  const printed = /\b(safar_[A-Za-z0-9_-]+)/.exec(output)?.[1];
  if (printed !== undefined || !output.includes('first-api-key')) return printed;
  return readFileSync(path.join(dataDir, 'first-api-key'), 'utf8').trim();
}

/** `npm start`, as its own process. */
export class Standalone {
  private constructor(
    private readonly child: ChildProcess,
    readonly output: () => string,
    readonly url: string,
    /** Only the first start on a data folder makes one. */
    readonly key: string | undefined,
  ) {}

  /** @param program another build than ours: the folder with its `dist` */
  static async start(
    dataDir: string,
    settings: Readonly<Record<string, string>> = {},
    program?: string,
  ): Promise<Standalone> {
    const entry = program === undefined ? startArguments() : ['dist/apps/standalone/src/main.js'];
    const child = spawn(process.execPath, entry, {
      cwd: program ?? root,
      env: cleanEnvironment({ SAFAR_DATA_DIR: dataDir, SAFAR_HTTP_PORT: '0', ...settings }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    let output = '';
    const listening = new Promise<string>((resolve, reject) => {
      const read = (chunk: Buffer): void => {
        output += chunk.toString();
        // The last line of the banner.
        if (/Ctrl-C stops it/.test(output)) resolve(output);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', (code, signal) => {
        reject(new Error(`it ended with ${String(code ?? signal)}:\n${output}`));
      });
    });
    await listening;
    const url = /API {7}(http:\S+)/.exec(output)?.[1];
    if (url === undefined) throw new Error(`it does not say where it listens:\n${output}`);
    return new Standalone(child, () => output, url, firstKeyIn(dataDir, output));
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('it did not start');
    return this.child.pid;
  }

  /** Ctrl-C; the exit code. */
  async stop(): Promise<number | null> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    this.child.kill('SIGINT');
    const [code] = (await once(this.child, 'exit')) as [number | null];
    return code;
  }

  /** Waits until it ends by itself; the exit code. */
  async ended(): Promise<number | null> {
    if (this.child.exitCode === null) await once(this.child, 'exit');
    return this.child.exitCode;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }

  async request(
    method: string,
    route: string,
    body?: unknown,
    key = this.key,
  ): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${this.url}${route}`, {
      method,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  }
}

/** One of the processes that share the work, as the README starts it. */
export function startApp(app: 'gateway' | 'projector', settings: Readonly<Record<string, string>>): ChildProcess {
  const child = spawn(process.execPath, [`dist/apps/${app}/src/main.js`], {
    cwd: root,
    env: cleanEnvironment(settings),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `safar …`, as its own process. */
export function startCli(
  dataDir: string,
  parameters: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): ChildProcess {
  // With less young memory than Node's own, as the script has it: an import stays small.
  return spawn(process.execPath, ['--max-semi-space-size=8', 'bin/safar.mjs', ...parameters], {
    cwd: root,
    env: cleanEnvironment({ SAFAR_DATA_DIR: dataDir, ...settings }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

export const safar = (dataDir: string, ...parameters: string[]): Promise<Finished> =>
  finished(startCli(dataDir, parameters));

export async function finished(child: ChildProcess): Promise<Finished> {
  child.stdin?.end();
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}
