import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { copyBinaries, findBinaries, type Binaries } from './binaries.js';
import { Keeper, type RunningServer, type ServerNews } from './keep-running.js';
import { freePort, isRunning, reachableByAnybody, unprivilegedAccount, type Account } from './processes.js';

export interface EmbeddedPostgresOptions {
  /** Folder of the cluster; made when it is missing. Its parent also receives the log and the password file. */
  readonly dataDir: string;
  /** TCP port to try first, on the loopback address. */
  readonly port: number;
  /** Server settings, as after `-c`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** Connection string of the owner, to the `postgres` database. */
  readonly url: string;
  readonly port: number;
  /** The server was already running: another Safar process uses it, or one was killed and left it behind. */
  readonly adopted: boolean;
  /**
   * Starts the server again, on the same port, whenever it dies, whether this process started it or adopted it. Other processes
   * that do the same share the one that the first of them starts.
   */
  keepRunning(tell: (news: ServerNews) => void): void;
  /** Lets others use it: it is not looked after by this process any more. */
  leave(): Promise<void>;
  /** Fast shutdown; resolves when the server is gone. */
  stop(): Promise<void>;
}

interface FoundServer extends RunningServer {
  readonly adopted: boolean;
}

const OWNER = 'safar';
const START_TIMEOUT_MS = 60_000;

/** Starts PostgreSQL on its own folder, or uses the server that already runs there. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = path.resolve(options.dataDir);
  const account = unprivilegedAccount();
  fs.mkdirSync(path.dirname(dataDir), { recursive: true });
  if (account && !reachableByAnybody(dataDir))
    throw new Error(
      `PostgreSQL cannot run as root, and another account cannot reach ${dataDir}: set SAFAR_DATA_DIR to a folder outside a private home`,
    );
  const binaries = await reachableBinaries(dataDir, account);
  const password = passwordOf(dataDir);
  if (!fs.existsSync(path.join(dataDir, 'PG_VERSION'))) initialise(binaries, dataDir, password, account);
  const settings = { ...options, dataDir, binaries, password, account };
  const first = (await adopt(dataDir, password)) ?? (await launch(settings, await freePort(options.port)));
  const { port, adopted } = first;
  const keeper = new Keeper(first, () => startAgain(settings, port));
  return {
    ...{ url: urlOf(port, password), port, adopted },
    keepRunning: (tell) => {
      keeper.watch(tell);
    },
    leave: () => keeper.leave(),
    stop: () => keeper.stop(),
  };
}

/** On its port, which everybody who uses it knows. */
async function startAgain(settings: Launch, port: number): Promise<RunningServer> {
  const { dataDir, password } = settings;
  const other = await adopt(dataDir, password);
  if (!other && (await freePort(port)) !== port)
    throw new Error(`another program has taken its port ${String(port)} meanwhile`);
  const server = other ?? (await launch(settings, port));
  if (server.port !== port) throw new Error(`it listens on port ${String(server.port)} now; start Safar again`);
  return server;
}

interface Launch extends EmbeddedPostgresOptions {
  readonly binaries: Binaries;
  readonly password: string;
  readonly account: Account | undefined;
}

const urlOf = (port: number, password: string): string =>
  `postgres://${OWNER}:${password}@127.0.0.1:${String(port)}/postgres`;

async function adopt(dataDir: string, password: string): Promise<FoundServer | undefined> {
  const running = await runningServer(dataDir);
  if (!running) return undefined;
  const { pid, port } = running;
  const died = (): Error | undefined =>
    isRunning(pid) ? undefined : new Error('PostgreSQL ended while it was adopted');
  await answers(urlOf(port, password), START_TIMEOUT_MS, died);
  return { port, adopted: true, isRunning: () => isRunning(pid), stop: () => stopPid(pid) };
}

async function launch(settings: Launch, port: number): Promise<FoundServer> {
  const { dataDir, password } = settings;
  const child = spawnServer(settings, port);
  const url = urlOf(port, password);
  try {
    await answers(url, START_TIMEOUT_MS, () => whyEnded(child, dataDir));
  } catch (error) {
    // Somebody else may have started the same cluster at the same moment.
    const other = await adopt(dataDir, password);
    if (other) return other;
    throw error;
  }
  return { port, adopted: false, isRunning: () => !hasEnded(child), stop: () => stopChild(child) };
}

async function reachableBinaries(dataDir: string, account: Account | undefined): Promise<Binaries> {
  const binaries = await findBinaries();
  if (!account || reachableByAnybody(binaries.initdb)) return binaries;
  return copyBinaries(binaries, path.join(path.dirname(dataDir), 'postgres-programs'));
}

/** The owner's password: made once, kept beside the cluster and readable by us alone. */
function passwordOf(dataDir: string): string {
  const file = `${dataDir}.password`;
  if (!fs.existsSync(file)) {
    const half = `${file}.${String(process.pid)}`;
    fs.writeFileSync(half, randomBytes(24).toString('hex'), { mode: 0o600 });
    try {
      // A link fails when the file is there: of two first starts, one makes the password.
      fs.linkSync(half, file);
    } catch (error) {
      if (!fs.existsSync(file)) throw error;
    } finally {
      fs.rmSync(half);
    }
  }
  return fs.readFileSync(file, 'utf8').trim();
}

/** Makes the cluster beside its place and moves it there whole: a first start that is interrupted leaves nothing half made. */
function initialise(binaries: Binaries, dataDir: string, password: string, account: Account | undefined): void {
  const half = `${dataDir}.${String(process.pid)}`;
  fs.rmSync(half, { recursive: true, force: true });
  fs.mkdirSync(half, { mode: 0o700 });
  // initdb runs as the unprivileged account, so it gets a copy of the password that it can read, for as long as it runs.
  const passwordFile = `${half}.password`;
  fs.writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account) for (const file of [half, passwordFile]) fs.chownSync(file, account.uid, account.gid);
  try {
    // C.UTF-8 orders by code point, on every machine alike; names are sorted with an ICU collation where it matters.
    const flags = [
      '-U',
      OWNER,
      '-A',
      'scram-sha-256',
      `--pwfile=${passwordFile}`,
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
      '--no-instructions',
    ];
    execFileSync(binaries.initdb, ['-D', half, ...flags], { ...inAccount(half, account), stdio: 'pipe' });
    if (!fs.existsSync(path.join(dataDir, 'PG_VERSION'))) fs.renameSync(half, dataDir);
  } catch (error) {
    // The other of two first starts was faster.
    if (!fs.existsSync(path.join(dataDir, 'PG_VERSION'))) throw error;
  } finally {
    fs.rmSync(passwordFile);
    fs.rmSync(half, { recursive: true, force: true });
  }
}

/** A child of another account starts in the root folder: it may not be allowed into ours. */
const inAccount = (dataDir: string, account: Account | undefined): { uid?: number; gid?: number; cwd?: string } =>
  account ? { ...account, cwd: path.parse(dataDir).root } : {};

async function runningServer(dataDir: string): Promise<{ pid: number; port: number } | undefined> {
  const [pidLine, , , portLine] = readLines(path.join(dataDir, 'postmaster.pid'));
  const pid = Number(pidLine);
  if (!pid) return undefined;
  if (isRunning(pid)) return { pid, port: Number(portLine) };
  // A killed server stays a zombie for a moment, and a new one would refuse to start beside it.
  for (let tries = 0; tries < 100 && processExists(pid); tries++) await sleep(100);
  return undefined;
}

const readLines = (file: string): string[] => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n') : []);

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function spawnServer({ binaries, dataDir, settings, account }: Launch, port: number): ChildProcess {
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // The log is a file: a pipe would break when this process is killed and the server lives on.
  const log = fs.openSync(logOf(dataDir), 'a', 0o600);
  try {
    // Detached, so that Ctrl-C reaches us alone and PostgreSQL goes down after the last query.
    const child = spawn(binaries.postgres, ['-D', dataDir, '-p', String(port), ...flags], {
      ...inAccount(dataDir, account),
      detached: true,
      stdio: ['ignore', log, log],
    });
    child.unref();
    return child;
  } finally {
    fs.closeSync(log);
  }
}

const logOf = (dataDir: string): string => `${dataDir}.log`;

function whyEnded(child: ChildProcess, dataDir: string): Error | undefined {
  if (!hasEnded(child)) return undefined;
  const lastLines = readLines(logOf(dataDir)).slice(-6).join('\n').trim();
  return new Error(
    `PostgreSQL ended while starting (${String(child.exitCode ?? child.signalCode)}). Its last words in ${logOf(dataDir)}:\n${lastLines}`,
  );
}

/** Resolves when the server answers a query. */
async function answers(url: string, timeoutMs: number, died: () => Error | undefined = () => undefined): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; ; await sleep(25)) {
    const cause = died();
    if (cause) throw cause;
    const client = new pg.Client(url);
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

async function stopPid(pid: number): Promise<void> {
  if (!isRunning(pid)) return;
  process.kill(pid, 'SIGINT');
  while (isRunning(pid)) await sleep(20);
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  child.kill('SIGINT');
  while (!hasEnded(child)) await sleep(20);
}
