import { spawnSync } from 'node:child_process';
import { parseStat, postmasterOf, serverCpuUs } from './process-accounts.js';

describe('a process account', () => {
  it('adds user and system time, apart for the children that have ended', () => {
    const text = '4242 (postgres) S 41 4242 4242 0 -1 4194304 100 200 0 0 7 5 300 20 20 0 1 0 12345 1 2 3\n';
    expect(parseStat(text)).toEqual({ parentPid: 41, ownUs: 120_000, endedChildrenUs: 3_200_000 });
  });

  it('is not confused by a name with brackets and spaces', () => {
    const text = '4242 (a) S 9 (b c) R 41 4242 4242 0 -1 4194304 100 200 0 0 1 2 3 4 20 0 1 0 12345 1 2 3\n';
    expect(parseStat(text)).toEqual({ parentPid: 41, ownUs: 30_000, endedChildrenUs: 70_000 });
  });

  it('that cannot be read is no account', () => {
    expect(parseStat('')).toBeUndefined();
  });

  it('includes children that have ended', () => {
    // Elsewhere the bench reports no server time at all.
    if (process.platform !== 'linux') return;
    const before = serverCpuUs(process.pid);
    spawnSync(process.execPath, ['-e', 'let n = 0; while (process.cpuUsage().user < 200000) n++;']);
    expect(serverCpuUs(process.pid) - before).toBeGreaterThanOrEqual(200_000);
  });

  it('of a living process is finer than a tick', () => {
    if (process.platform !== 'linux') return;
    const readings = Array.from({ length: 20 }, () => serverCpuUs(process.pid));
    expect(new Set(readings).size).toBeGreaterThan(2);
  });

  it('of another program is not taken for a server', () => {
    expect(postmasterOf(process.pid)).toBeUndefined();
  });
});
