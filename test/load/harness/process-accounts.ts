import fs from 'node:fs';

/** Linux counts process times in ticks of USER_HZ, which is 100 per second on every architecture that Node runs on. */
const TICK_US = 10_000;

interface Account {
  readonly parentPid: number;
  /** User and system time of the process and of its ended children, in ticks. */
  readonly ticks: number;
}

/** Reads the text of `/proc/<pid>/stat`; see proc(5). The name in brackets may hold spaces and brackets itself. */
export function parseStat(text: string): Account | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // What follows the name starts at field 3: 4 is the parent, 14 to 17 are utime, stime, cutime and cstime.
  const numbers = [1, 11, 12, 13, 14].map((index) => Number(fields[index] ?? Number.NaN));
  const [parentPid, ...times] = numbers;
  if (parentPid === undefined || numbers.some(Number.isNaN)) return undefined;
  return { parentPid, ticks: times.reduce((sum, time) => sum + time, 0) };
}

function accountOf(pid: number): Account | undefined {
  try {
    return parseStat(fs.readFileSync(`/proc/${String(pid)}/stat`, 'latin1'));
  } catch {
    // It ended while we looked; its time is in its parent's account of ended children.
    return undefined;
  }
}

/**
 * CPU time that a PostgreSQL server has used since it started: the postmaster, its processes (all are its direct children)
 * and those that ended. Each living process is known to 10 ms.
 */
export function serverCpuUs(postmasterPid: number): number {
  let ticks = accountOf(postmasterPid)?.ticks ?? 0;
  for (const name of fs.readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const account = accountOf(pid);
    if (account?.parentPid === postmasterPid) ticks += account.ticks;
  }
  return ticks * TICK_US;
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
