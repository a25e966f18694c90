// Compiles the project when its build is missing or older than its sources.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const stamp = path.join(projectRoot, 'dist/.built');
const lock = path.join(projectRoot, 'dist/.building');

const modified = (file) => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function newest(folder) {
  let latest = modified(folder);
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) latest = Math.max(latest, newest(file));
    else if (entry.name.endsWith('.ts')) latest = Math.max(latest, modified(file));
  }
  return latest;
}

function isFresh() {
  const sources = ['apps', 'libs', 'test/load'].map((name) => newest(path.join(projectRoot, name)));
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'package.json'].map((name) =>
    modified(path.join(projectRoot, name)),
  );
  return modified(stamp) > Math.max(...sources, ...settings);
}

/** One process builds, the others wait for it; a lock whose owner is gone is taken over. */
function takeLock() {
  fs.mkdirSync(path.dirname(lock), { recursive: true });
  for (;;) {
    try {
      fs.writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = Number(fs.existsSync(lock) && fs.readFileSync(lock, 'utf8'));
    try {
      if (owner) process.kill(owner, 0);
    } catch {
      fs.rmSync(lock, { force: true });
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
}

/** @param {{ acceptTypeErrors?: boolean, say?: (text: string) => void }} options */
export function ensureBuilt({ acceptTypeErrors = false, say = () => {} } = {}) {
  const askedAt = Date.now();
  if (isFresh()) return;
  takeLock();
  try {
    // Whoever built while we waited had seen the sources that we saw, even if they have changed again since.
    if (isFresh() || modified(stamp) >= askedAt) return;
    say('Building …');
    const startedAt = new Date();
    const tsc = path.join(projectRoot, 'node_modules/typescript/bin/tsc');
    const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
      cwd: projectRoot,
      encoding: 'utf8',
    });
    if (status !== 0 && !acceptTypeErrors) throw new Error(`the build failed:\n${stdout}`);
    fs.writeFileSync(stamp, '');
    fs.utimesSync(stamp, startedAt, startedAt);
  } finally {
    fs.rmSync(lock, { force: true });
  }
}
