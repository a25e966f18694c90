import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export const root = path.resolve(__dirname, '../../..');

/** What later runs need not make again: the engine's images, tools that were built. */
export const cacheFolder = process.env['SAFAR_TEST_CACHE_DIR'] ?? path.join(homedir(), '.cache/safar-tests');

const OUTPUT_BYTES = 32 * 1024 * 1024;
const ENGINE_START_TRIES = 150;

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end; a failure shows what it said. */
export async function run(program: string, parameters: readonly string[], options: RunOptions = {}): Promise<string> {
  try {
    const { stdout } = await execute(program, parameters, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      maxBuffer: OUTPUT_BYTES,
    });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${parameters.join(' ')} failed:\n${stdout.slice(-4_000)}\n${stderr.slice(-8_000)}`, {
      cause: error,
    });
  }
}

export const succeeds = (program: string, parameters: readonly string[], options?: RunOptions): Promise<boolean> =>
  run(program, parameters, options).then(
    () => true,
    () => false,
  );

const installed = (program: string): Promise<boolean> => succeeds('sh', ['-c', `command -v ${program}`]);

/** Debian's packages, where they are missing and may be installed. */
export async function needPrograms(packages: Readonly<Record<string, string>>): Promise<void> {
  const missing: string[] = [];
  for (const [program, name] of Object.entries(packages)) if (!(await installed(program))) missing.push(name);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version'))
    throw new Error(`install ${missing.join(', ')} first: that needs root on Debian, which this is not`);
  await run('apt-get', ['update', '-qq']);
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  });
}

export interface DockerEngine {
  /** Of everything that is to talk to this engine. */
  readonly environment: Readonly<Record<string, string>>;
  /** A developer's, who has an image registry too; not one that a test started. */
  readonly isThere: boolean;
  docker(parameters: readonly string[], options?: RunOptions): Promise<string>;
  stop(): Promise<void>;
}

/**
 * The Docker engine that is there, or one that is started here: on Debian, as root, from Debian's own package. It leaves iptables
 * alone; ports are published on 127.0.0.1 by its own proxy. Its images are kept for the next run.
 */
export async function openDocker(): Promise<DockerEngine> {
  if (await succeeds('docker', ['info'])) return engineAt({}, true, () => Promise.resolve());
  await needPrograms({ dockerd: 'docker.io', docker: 'docker.io' });
  const folder = path.join(cacheFolder, 'docker');
  mkdirSync(folder, { recursive: true });
  const host = `unix://${path.join(folder, 'docker.sock')}`;
  const environment = { DOCKER_HOST: host };
  const answers = (): Promise<boolean> => succeeds('docker', ['info'], { env: environment });
  if (await answers()) return engineAt(environment, false, () => Promise.resolve());
  const log = openSync(path.join(folder, 'log'), 'w');
  const places = ['data-root', 'exec-root', 'pidfile'].flatMap((name) => [`--${name}`, path.join(folder, name)]);
  const daemon = spawn('dockerd', [...places, '-H', host, '--iptables=false', '--ip6tables=false'], {
    stdio: ['ignore', log, log],
  });
  const ended = new Promise<void>((resolve) => daemon.once('exit', () => resolve()));
  for (let tries = 0; !(await answers()); tries++) {
    if (tries === ENGINE_START_TRIES || daemon.exitCode !== null)
      throw new Error(`the Docker engine does not start; it says why in ${path.join(folder, 'log')}`);
    await sleep(200);
  }
  return engineAt(environment, false, async () => {
    daemon.kill('SIGTERM');
    await ended;
  });
}

function engineAt(
  environment: DockerEngine['environment'],
  isThere: boolean,
  stop: DockerEngine['stop'],
): DockerEngine {
  return {
    environment,
    isThere,
    docker: (parameters, options = {}) =>
      run('docker', parameters, { ...options, env: { ...environment, ...options.env } }),
    stop,
  };
}
