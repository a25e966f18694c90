import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { canonicalJson } from '#kernel';
import { isObject } from './profile-reader.js';
import { type Tally } from './tally.js';

/** How far an import has come. Kept beside the data until it is finished, so that the next run goes on from there. */
export interface ImportState {
  readonly settledRow: number;
  readonly tally: Tally;
  readonly rejectsPath: string;
  readonly rejectsBytes: number;
  /** Of the last touchpoint that was stored; decimal digits. */
  readonly position: string | null;
}

/** What makes two runs the same import: another store, profile or content, and it begins at the first row. */
export interface ImportIdentity {
  readonly installation: string;
  readonly profile: unknown;
  readonly settings: unknown;
  readonly contentHash: string;
}

export interface StateFile {
  readonly path: string;
  load(): Promise<ImportState | undefined>;
  save(state: ImportState): Promise<void>;
  remove(): Promise<void>;
}

const FORMAT = 1;

export function stateFile(dataDir: string, identity: ImportIdentity): StateFile {
  const name = createHash('sha256')
    .update(canonicalJson({ ...identity, format: FORMAT }))
    .digest('hex')
    .slice(0, 40);
  const folder = path.join(dataDir, 'imports');
  const file = path.join(folder, `${name}.json`);
  return {
    path: file,
    async load() {
      const text = await readFile(file, 'utf8').catch(() => undefined);
      return text === undefined ? undefined : readState(text);
    },
    async save(state) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // Written beside and renamed: whoever is killed in between leaves the old file or the new one.
      const beside = `${file}.${String(process.pid)}`;
      await writeFile(beside, JSON.stringify({ format: FORMAT, ...state }), { mode: 0o600 });
      await rename(beside, file);
    },
    remove: () => rm(file, { force: true }),
  };
}

/** A file that cannot be read counts as none: the import begins again, and nothing is stored twice. */
function readState(text: string): ImportState | undefined {
  try {
    const read: unknown = JSON.parse(text);
    if (!isObject(read) || read['format'] !== FORMAT) return undefined;
    const { settledRow, rejectsPath, rejectsBytes, tally, position } = read;
    if (typeof settledRow !== 'number' || typeof rejectsPath !== 'string' || typeof rejectsBytes !== 'number')
      return undefined;
    if (position !== null && !(typeof position === 'string' && /^\d{1,19}$/.test(position))) return undefined;
    const readTally = tallyFrom(tally);
    return readTally === undefined ? undefined : { settledRow, rejectsPath, rejectsBytes, position, tally: readTally };
  } catch {
    return undefined;
  }
}

function tallyFrom(value: unknown): Tally | undefined {
  if (!isObject(value)) return undefined;
  const { rowsInTouchpoints, accepted, duplicate, refused } = value;
  const rowsRefused = countsFrom(value['rowsRefused']);
  const byKind = countsFrom(value['byKind']);
  if (typeof rowsInTouchpoints !== 'number' || typeof accepted !== 'number' || typeof duplicate !== 'number')
    return undefined;
  if (typeof refused !== 'number' || rowsRefused === undefined || byKind === undefined) return undefined;
  return { rowsInTouchpoints, accepted, duplicate, refused, rowsRefused, byKind };
}

function countsFrom(value: unknown): Readonly<Record<string, number>> | undefined {
  if (!isObject(value)) return undefined;
  const counts = Object.entries(value).flatMap(([name, count]) =>
    typeof count === 'number' ? [[name, count] as const] : [],
  );
  return Object.fromEntries(counts);
}
