import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root: an unprivileged account to run it as, or `undefined` when we are not root. */
export function unprivilegedAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string): number => Number(execFileSync('id', [flag, name], { stdio: 'pipe' }).toString());
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // No such account: try the next.
    }
  }
  throw new Error('running as root, and there is no unprivileged account to run PostgreSQL as: set SAFAR_DATABASE_URL');
}

/** Whether every folder above the file can be entered by anybody. */
export function reachableByAnybody(file: string): boolean {
  for (let folder = path.dirname(path.resolve(file)); ; folder = path.dirname(folder)) {
    if ((fs.statSync(folder).mode & 1) === 0) return false;
    if (folder === path.dirname(folder)) return true;
  }
}

/** A child of another account starts in the root folder: it may not be allowed into ours. */
export const inAccount = (account: Account | undefined): { uid?: number; gid?: number; cwd?: string } =>
  account ? { ...account, cwd: path.parse(process.cwd()).root } : {};

/** Whether there is a process or thread with this number, of whatever account. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Whether the process is the PostgreSQL server of this folder. That its number is taken says nothing: in a new container, or after
 * the machine was started again, anybody may have it. `undefined` where the system does not tell (only Linux does).
 */
export function isServerOf(pid: number, dataDir: string): boolean | undefined {
  if (!fs.existsSync('/proc/self/cmdline')) return undefined;
  const command = readProc(pid, 'cmdline')?.split('\0') ?? [];
  // Its children call themselves "postgres: …"; a zombie has no command line any more.
  if (path.basename(command[0] ?? '') !== 'postgres') return false;
  // A server works in its folder, which we may not be allowed to see; the folder in its command line may have been moved.
  return sameFolder(`/proc/${String(pid)}/cwd`, dataDir) || sameFolder(command[command.indexOf('-D') + 1], dataDir);
}

/** It has ended, and nobody has asked how. */
export const isZombie = (pid: number): boolean => /^\d+ \(.*\) Z/s.test(readProc(pid, 'stat') ?? '');

function readProc(pid: number, file: string): string | undefined {
  try {
    return fs.readFileSync(`/proc/${String(pid)}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

/** By whatever names they go. */
export function sameFolder(one: string | undefined, other: string): boolean {
  if (one === undefined) return false;
  try {
    const [a, b] = [fs.statSync(one), fs.statSync(other)];
    return a.ino === b.ino && a.dev === b.dev;
  } catch {
    return false;
  }
}

/** PostgreSQL works only on a folder of its own account, closed to others: neither may have come along with a copy. */
export function takeOver(folder: string, account: Account | undefined): void {
  if (account && [folder, path.join(folder, 'PG_VERSION')].some((file) => fs.statSync(file).uid !== account.uid)) {
    fs.lchownSync(folder, account.uid, account.gid);
    for (const name of fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }))
      fs.lchownSync(path.join(folder, name), account.uid, account.gid);
  }
  if ((fs.statSync(folder).mode & 0o027) !== 0) fs.chmodSync(folder, 0o700);
}

/** The wanted TCP port on the loopback address, or a free one if somebody has it. 0 asks for any. */
export function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', (error) => {
      if (wanted === 0) reject(error);
      else resolve(freePort(wanted < 65_535 ? wanted + 1 : 0));
    });
    probe.listen(wanted, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : wanted;
      probe.close(() => {
        resolve(port);
      });
    });
  });
}

/** Of programs that look for a port at the same moment all find the same one, and all but one of them lose it. */
const PORT_TRIES = 5;

/** Starts something on the wanted port, or on another one where somebody has it, also where they took it a moment after it was free. */
export async function onFreePort<Started>(wanted: number, start: (port: number) => Promise<Started>): Promise<Started> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start(await freePort(wanted));
    } catch (error) {
      const isTaken = error instanceof Error && error.message.includes('Address already in use');
      if (!isTaken || tries === PORT_TRIES) throw error;
    }
  }
}
