import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { WRONG_PASSWORD } from './password.js';
import { isServerOf, isZombie, processExists, sameFolder } from './processes.js';

/** What PostgreSQL notes of itself in the folder of its cluster. */
export interface NotedServer {
  readonly pid: number;
  readonly port: number;
}

/** A killed server stays a zombie for a moment; where nobody collects the dead, for ever. */
const ZOMBIE_MS = 10_000;
/** Between its note and its port a server needs less. */
const LISTENS_MS = 5_000;

/**
 * The server that runs on this folder. A note that was left behind (a power cut, a copy of the folder) names a process that is gone, or
 * by now another one: it is taken away, because PostgreSQL does not start beside any living process of its account that is named there.
 * @param urlAt connection string of the owner for a port
 */
export async function runningServer(
  dataDir: string,
  urlAt: (port: number) => string,
): Promise<NotedServer | undefined> {
  const file = path.join(dataDir, 'postmaster.pid');
  const note = readIfThere(file);
  if (note === undefined) return undefined;
  const [pidLine, , , portLine] = note.split('\n');
  const noted = { pid: Number(pidLine), port: Number(portLine) };
  // A negative number is a process without connections, which PostgreSQL itself looks after.
  if (!Number.isInteger(noted.pid) || noted.pid <= 0) return undefined;
  if (isServerOf(noted.pid, dataDir) ?? (await listens(noted, dataDir, urlAt))) return noted;
  for (const deadline = Date.now() + ZOMBIE_MS; isZombie(noted.pid) && Date.now() < deadline;) await sleep(100);
  removeNote(file, note);
  return undefined;
}

/** Where the system does not tell what a process is, its port does. */
async function listens({ pid, port }: NotedServer, dataDir: string, urlAt: (port: number) => string): Promise<boolean> {
  for (const deadline = Date.now() + LISTENS_MS; processExists(pid); await sleep(100)) {
    const answer = await servesAt(urlAt(port), dataDir);
    if (answer !== 'nobody') return answer;
    if (Date.now() > deadline) return false;
  }
  return false;
}

/** Whether the server at this address is the one of this folder. */
export async function servesAt(url: string, dataDir: string): Promise<boolean | 'nobody'> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    return sameFolder(rows[0]?.data_directory, dataDir);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) return 'nobody';
    // It is starting, or has no connection left. One that does not know our password is somebody else's.
    return error.code !== WRONG_PASSWORD;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const readIfThere = (file: string): string | undefined =>
  fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;

/** Only what was read: another process may have started a server meanwhile, whose note this is now. */
function removeNote(file: string, note: string): void {
  const aside = `${file}.${String(process.pid)}`;
  try {
    fs.renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (fs.readFileSync(aside, 'utf8') === note) fs.rmSync(aside);
  else fs.renameSync(aside, file);
}
