import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cacheFolder, run, succeeds } from './docker.js';

/** promtool where it is, or out of Debian's package, which is unpacked and not installed: a server would be started. */
export async function promtool(): Promise<string> {
  if (await succeeds('promtool', ['--version'])) return 'promtool';
  const unpacked = path.join(cacheFolder, 'prometheus');
  const program = path.join(unpacked, 'usr/bin/promtool');
  if (existsSync(program)) return program;
  mkdirSync(unpacked, { recursive: true });
  const folder = mkdtempSync(path.join(tmpdir(), 'safar-promtool-'));
  try {
    await run('apt-get', ['update', '-qq']);
    await run('apt-get', ['download', '-qq', 'prometheus'], { cwd: folder });
    const [archive = ''] = readdirSync(folder);
    await run('dpkg-deb', ['--extract', path.join(folder, archive), unpacked]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return program;
}
