import fs from 'node:fs';

/** Linux counts process times in ticks of USER_HZ, which is 100 per second on every architecture that Node runs on. */
const TICK_US = 10_000;

interface Account {
  readonly parentPid: number;
  /** User and system time of the process. */
  readonly ownUs: number;
  /** The same of its children that have ended. */
  readonly endedChildrenUs: number;
}

/** Reads the text of `/proc/<pid>/stat`; see proc(5). The name in brackets may hold spaces and brackets itself. */
export function parseStat(text: string): Account | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // What follows the name starts at field 3: 4 is the parent, 14 to 17 are utime, stime, cutime and cstime.
  const [parentPid = NaN, user = NaN, system = NaN, childUser = NaN, childSystem = NaN] = [1, 11, 12, 13, 14].map(
    (index) => Number(fields[index] ?? NaN),
  );
  const account = {
    parentPid,
    ownUs: (user + system) * TICK_US,
    endedChildrenUs: (childUser + childSystem) * TICK_US,
  };
  return Object.values(account).some(Number.isNaN) ? undefined : account;
}

function accountOf(pid: number): Account | undefined {
  try {
    const account = parseStat(fs.readFileSync(`/proc/${String(pid)}/stat`, 'latin1'));
    return account && { ...account, ownUs: preciseUs(pid) ?? account.ownUs };
  } catch {
    // It ended while we looked; its time is in its parent's account of ended children.
    return undefined;
  }
}

/**
 * The scheduler's account in nanoseconds, where the kernel keeps it, of the first thread; a PostgreSQL process has no other.
 * With a backend for each of 256 callers, each of them works for less than a tick in a second, and ticks tell nothing.
 */
function preciseUs(pid: number): number | undefined {
  try {
    const [nanoseconds] = fs.readFileSync(`/proc/${String(pid)}/schedstat`, 'latin1').split(' ');
    return Number(nanoseconds) / 1_000;
  } catch {
    return undefined;
  }
}

/**
 * CPU time that a PostgreSQL server has used since it started: the postmaster, its processes (all are its direct children)
 * and those that ended.
 */
export function serverCpuUs(postmasterPid: number): number {
  const postmaster = accountOf(postmasterPid);
  let sumUs = (postmaster?.ownUs ?? 0) + (postmaster?.endedChildrenUs ?? 0);
  for (const name of fs.readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const account = accountOf(pid);
    if (account?.parentPid === postmasterPid) sumUs += account.ownUs + account.endedChildrenUs;
  }
  return sumUs;
}

/** The postmaster of a backend, when both run on this machine and its kernel tells; otherwise `undefined`. */
export function postmasterOf(backendPid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const parent = accountOf(backendPid)?.parentPid;
  return parent !== undefined && isPostgres(backendPid) && isPostgres(parent) ? parent : undefined;
}

/** A server elsewhere, or in a container, has pids that mean something else here. */
function isPostgres(pid: number): boolean {
  try {
    return fs.readFileSync(`/proc/${String(pid)}/comm`, 'latin1').trim() === 'postgres';
  } catch {
    return false;
  }
}
