import { statfs } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { createPool } from '#platform/postgres';
import { describeEventLog, loadConfig, openInstallation, type Config, type Installation } from '#wiring/operations';
import { describeFailure } from '../failure.js';
import { operator } from '../operator.js';
import { type DoctorCheck } from '../ports.js';
import {
  clockCheck,
  diskCheck,
  durabilityCheck,
  type DurabilitySettings,
  laneCheck,
  nodeCheck,
  otherBuildCheck,
  postgresCheck,
} from './verdicts.js';

type Environment = Readonly<Record<string, string | undefined>>;

interface Found<Value> {
  readonly check: DoctorCheck;
  readonly value?: Value;
}

/** Looks at what Safar stands on, from the bottom up; what makes the rest pointless ends it. */
export async function* doctorChecks(environment: Environment): AsyncGenerator<DoctorCheck> {
  yield nodeCheck(process.versions.node);
  const config = configuration(environment);
  yield config.check;
  if (config.value === undefined) return;
  yield await disk(config.value.dataDir);
  yield await httpPort(config.value);
  const opened = await open(config.value);
  yield opened.check;
  if (opened.value === undefined) return;
  try {
    yield* inside(opened.value);
  } catch (error) {
    yield failed('store', error, 'safar doctor again, when the database is idle.');
  } finally {
    await opened.value.close();
  }
}

function configuration(environment: Environment): Found<Config> {
  const name = 'configuration';
  try {
    const value = loadConfig(environment);
    const detail =
      value.databaseUrl === undefined
        ? `embedded PostgreSQL, data in ${value.dataDir}`
        : 'PostgreSQL of SAFAR_DATABASE_URL';
    return { value, check: { name, status: 'ok', detail } };
  } catch (error) {
    return { check: failed(name, error, 'Correct the variables that are named.') };
  }
}

/** The data folder may not be there yet: then its disk is that of the nearest folder above that is. */
async function disk(dataDir: string): Promise<DoctorCheck> {
  const found = await statfs(dataDir).catch(() => undefined);
  if (found !== undefined) return diskCheck(found.bavail * found.bsize, dataDir);
  const parent = path.dirname(dataDir);
  if (parent !== dataDir) return disk(parent);
  return { name: 'disk', status: 'failed', detail: `${dataDir} cannot be reached`, remedy: 'Check SAFAR_DATA_DIR.' };
}

async function httpPort({ http: { host, port } }: Config): Promise<DoctorCheck> {
  const name = 'HTTP port';
  if (port === 0 || !(await answers(host, port))) return { name, status: 'ok', detail: `${String(port)} is free` };
  const address = `http://${host}:${String(port)}/livez`;
  const isSafar = await fetch(address, { signal: AbortSignal.timeout(1_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
  if (isSafar) return { name, status: 'ok', detail: `Safar answers on ${String(port)}` };
  const remedy = 'npm start takes the next free one; SAFAR_HTTP_PORT chooses another.';
  return { name, status: 'warning', detail: `something else uses ${String(port)}`, remedy };
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: 1_000 });
    const end = (isTaken: boolean) => () => {
      socket.destroy();
      resolve(isTaken);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
}

async function open(config: Config): Promise<Found<Installation>> {
  const name = 'database';
  try {
    const value = await openInstallation(config, { program: 'doctor' });
    return { value, check: { name, status: 'ok', detail: value.database.description } };
  } catch (error) {
    return { check: failed(name, error, 'Is the server running, and is SAFAR_DATABASE_URL right?') };
  }
}

async function* inside({ config, database, store, projectionAdmin }: Installation): AsyncGenerator<DoctorCheck> {
  yield* server(database.url);
  yield {
    name: 'event store',
    status: 'ok',
    detail: [
      describeEventLog(config) ?? 'in the database',
      `head ${String(await store.head())}, epoch ${store.epoch.toString()}`,
    ].join(', '),
  };
  for (const lane of await projectionAdmin({ actor: { kind: 'operator', id: operator() } }).status()) {
    const check = lane.role === 'active' ? laneCheck(lane) : otherBuildCheck(lane);
    if (check) yield check;
  }
}

async function* server(url: string): AsyncGenerator<DoctorCheck> {
  const pool = createPool({ url, max: 1, applicationName: 'safar doctor' });
  try {
    const { rows } = await pool.query<{ number: string; version: string; now: Date } & DurabilitySettings>(
      `SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS version, clock_timestamp() AS now,
         current_setting('fsync') AS fsync, current_setting('full_page_writes') AS "fullPageWrites",
         current_setting('synchronous_commit') AS "synchronousCommit"`,
    );
    const [row] = rows;
    if (row === undefined) return;
    yield postgresCheck(Number(row.number), row.version);
    yield durabilityCheck(row);
    yield clockCheck(Date.now() - row.now.getTime());
  } finally {
    await pool.end();
  }
}

function failed(name: string, error: unknown, otherwise: string): DoctorCheck {
  const { message, remedy } = describeFailure(error);
  return { name, status: 'failed', detail: message, remedy: remedy === '' ? otherwise : remedy };
}
