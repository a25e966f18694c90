import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { assertSameMajor, copyBinaries, findBinaries, type Binaries } from './binaries.js';
import { Keeper, type RunningServer, type ServerNews } from './keep-running.js';
import { isWrongPassword, OWNER, passwordFileOf, passwordOf, setPassword } from './password.js';
import {
  freePort,
  inAccount,
  isServerOf,
  onFreePort,
  processExists,
  reachableByAnybody,
  takeOver,
  unprivilegedAccount,
  type Account,
} from './processes.js';
import { runningServer } from './running-server.js';
import { EmbeddedPostgresStartError } from './start-error.js';

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

const START_TIMEOUT_MS = 60_000;

/** Starts PostgreSQL on its own folder, or uses the server that already runs there. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = path.resolve(options.dataDir);
  const account = unprivilegedAccount();
  fs.mkdirSync(path.dirname(dataDir), { recursive: true });
  if (account && !reachableByAnybody(dataDir))
    throw new EmbeddedPostgresStartError(
      `PostgreSQL cannot run as root, and another account cannot reach ${dataDir}: set SAFAR_DATA_DIR to a folder outside a private home`,
    );
  const password = passwordOf(dataDir);
  const running = await adopt(dataDir, password);
  const binaries = await reachableBinaries({ dataDir, account, isInUse: running !== undefined });
  const settings = { ...options, dataDir, binaries, password, account };
  const first = running ?? (await firstLaunch(settings));
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

async function firstLaunch(settings: Launch): Promise<FoundServer> {
  const { binaries, dataDir, password, account } = settings;
  if (fs.existsSync(path.join(dataDir, 'PG_VERSION'))) {
    assertSameMajor(dataDir, binaries);
    takeOver(dataDir, account);
  } else initialise(binaries, dataDir, password, account);
  const launched = (): Promise<FoundServer> => onFreePort(settings.port, (port) => launch(settings, port));
  try {
    return await launched();
  } catch (error) {
    if (!isWrongPassword(error)) throw error;
    // The folder was restored from elsewhere; there is no other way to its data than with the password of here.
    setPassword(settings, password);
    return launched();
  }
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
  const running = await runningServer(dataDir, (port) => urlOf(port, password));
  if (!running) return undefined;
  const { pid, port } = running;
  const isRunning = (): boolean => isServerOf(pid, dataDir) ?? processExists(pid);
  const died = (): Error | undefined =>
    isRunning()
      ? undefined
      : new EmbeddedPostgresStartError('PostgreSQL ended while it was adopted; start Safar again');
  try {
    await answers(urlOf(port, password), START_TIMEOUT_MS, died);
  } catch (error) {
    if (!isWrongPassword(error)) throw error;
    throw new EmbeddedPostgresStartError(
      `PostgreSQL runs on ${dataDir} already (process ${String(pid)}) and knows another password than ${passwordFileOf(dataDir)}: stop what uses it, and it, and start Safar again`,
    );
  }
  return { port, adopted: true, isRunning, stop: () => stopServer(pid, isRunning) };
}

async function launch(settings: Launch, port: number): Promise<FoundServer> {
  const { dataDir, password } = settings;
  const child = spawnServer(settings, port);
  const url = urlOf(port, password);
  try {
    await answers(url, START_TIMEOUT_MS, () => whyEnded(child, dataDir));
  } catch (error) {
    // It is detached, and would outlive this failure.
    await stopChild(child);
    // Somebody else may have started the same cluster at the same moment.
    const other = await adopt(dataDir, password);
    if (other) return other;
    throw error;
  }
  return { port, adopted: false, isRunning: () => !hasEnded(child), stop: () => stopChild(child) };
}

interface Reach {
  readonly dataDir: string;
  readonly account: Account | undefined;
  readonly isInUse: boolean;
}

async function reachableBinaries({ dataDir, account, isInUse }: Reach): Promise<Binaries> {
  const binaries = await findBinaries();
  if (!account || reachableByAnybody(binaries.initdb)) return binaries;
  return copyBinaries(binaries, path.join(path.dirname(dataDir), 'postgres-programs'), isInUse);
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
    execFileSync(binaries.initdb, ['-D', half, ...flags], { ...inAccount(account), stdio: 'pipe' });
    if (!fs.existsSync(path.join(dataDir, 'PG_VERSION'))) fs.renameSync(half, dataDir);
  } catch (error) {
    // The other of two first starts was faster.
    if (!fs.existsSync(path.join(dataDir, 'PG_VERSION'))) throw error;
  } finally {
    fs.rmSync(passwordFile);
    fs.rmSync(half, { recursive: true, force: true });
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
      ...inAccount(account),
      detached: true,
      stdio: ['ignore', log, log],
    });
    child.unref();
    // A program that cannot be run ends with a code as well, which `whyEnded` reads.
    child.once('error', () => undefined);
    return child;
  } finally {
    fs.closeSync(log);
  }
}

const logOf = (dataDir: string): string => `${dataDir}.log`;

function whyEnded(child: ChildProcess, dataDir: string): Error | undefined {
  if (!hasEnded(child)) return undefined;
  const lastLines = fs.readFileSync(logOf(dataDir), 'utf8').split('\n').slice(-6).join('\n').trim();
  return new EmbeddedPostgresStartError(
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
      if (isWrongPassword(error) || Date.now() > deadline) throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

async function stopServer(pid: number, isRunning: () => boolean): Promise<void> {
  if (!isRunning()) return;
  process.kill(pid, 'SIGINT');
  while (isRunning()) await sleep(20);
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  child.kill('SIGINT');
  while (!hasEnded(child)) await sleep(20);
}
