import { type LaneStatus } from '#platform/projections';
import { type DoctorCheck } from '../ports.js';

const OLDEST_NODE = [20, 19] as const;
const OLDEST_POSTGRES = 150_000;
const GIGABYTE = 1_000_000_000;
/** PostgreSQL stops when its disk is full; two gigabytes are some hours of warning. */
const DISK_WARNING_BYTES = 2 * GIGABYTE;
const DISK_FAILURE_BYTES = GIGABYTE / 5;
/** Nothing is ordered by clocks, but "recorded at" would puzzle people. */
const CLOCK_TOLERANCE_MS = 2_000;
const LAG_WARNING_SECONDS = 60;

export function nodeCheck(version: string): DoctorCheck {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  const found = { name: 'Node.js', detail: version } as const;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return { ...found, status: 'ok' };
  return { ...found, status: 'failed', remedy: `Install Node.js ${OLDEST_NODE.join('.')} or newer.` };
}

export function postgresCheck(versionNumber: number, version: string): DoctorCheck {
  const found = { name: 'PostgreSQL', detail: version } as const;
  if (versionNumber >= OLDEST_POSTGRES) return { ...found, status: 'ok' };
  return { ...found, status: 'failed', remedy: 'Use PostgreSQL 15 or newer.' };
}

export interface DurabilitySettings {
  readonly fsync: string;
  readonly fullPageWrites: string;
  /** As sessions of Safar's account have it. */
  readonly synchronousCommit: string;
}

/** What has to be so for an acknowledged touchpoint to survive a power cut. */
export function durabilityCheck({ fsync, fullPageWrites, synchronousCommit }: DurabilitySettings): DoctorCheck {
  const found = {
    name: 'durability',
    detail: `fsync ${fsync}, full_page_writes ${fullPageWrites}, synchronous_commit ${synchronousCommit}`,
  } as const;
  if (fsync !== 'on')
    return { ...found, status: 'failed', remedy: 'Set fsync = on: a power cut can destroy the whole database.' };
  if (fullPageWrites !== 'on')
    return {
      ...found,
      status: 'warning',
      remedy: 'Set full_page_writes = on, unless the file system never tears a page (ZFS).',
    };
  if (synchronousCommit === 'off')
    return {
      ...found,
      status: 'warning',
      remedy:
        'Events are committed with on all the same; keys and the audit log are not: take off what sets it for the account, or the server.',
    };
  return { ...found, status: 'ok' };
}

export function diskCheck(freeBytes: number, folder: string): DoctorCheck {
  const found = { name: 'disk', detail: `${(freeBytes / GIGABYTE).toFixed(1)} GB free at ${folder}` } as const;
  if (freeBytes >= DISK_WARNING_BYTES) return { ...found, status: 'ok' };
  const remedy = 'Make room, or stop Safar, move the data folder to a larger disk and set SAFAR_DATA_DIR.';
  return { ...found, status: freeBytes >= DISK_FAILURE_BYTES ? 'warning' : 'failed', remedy };
}

export function clockCheck(skewMs: number): DoctorCheck {
  const found = {
    name: 'clock',
    detail: `${String(Math.abs(Math.round(skewMs)))} ms apart from the database`,
  } as const;
  if (Math.abs(skewMs) <= CLOCK_TOLERANCE_MS) return { ...found, status: 'ok' };
  return { ...found, status: 'warning', remedy: 'Let both machines follow a time server (NTP).' };
}

type Lane = Pick<LaneStatus, 'name' | 'state' | 'error' | 'parked' | 'eventsBehind' | 'secondsBehind'>;

/**
 * A build beside the one that is read, which does not move: it failed, or no process feeds it, as its code does not run any more.
 * @returns nothing where all is well with it
 */
export function otherBuildCheck(lane: LaneStatus): DoctorCheck | undefined {
  const { name, version, build, role, state, error, position, eventsBehind } = lane;
  if (role === 'active') return undefined;
  if (state === 'failed' || state === 'paused')
    return {
      name: `read model ${name}`,
      status: 'warning',
      detail: `its ${role} build v${String(version)}.${String(build)}, which nobody reads: ${error ?? state}`,
      remedy: `Mend what is named, or remove the build: safar projections drop ${name} ${String(build)}.`,
    };
  if (state === 'running' || eventsBehind === 0) return undefined;
  return {
    name: `read model ${name}`,
    status: 'warning',
    detail: `nobody feeds its ${role} build v${String(version)}.${String(build)}; it shows what was at position ${position.toString()}`,
    remedy: `Start the version of Safar that has it, or remove it: safar projections drop ${name} ${String(build)}.`,
  };
}

export function laneCheck({ name, state, error, parked, eventsBehind, secondsBehind }: Lane): DoctorCheck {
  const found = {
    name: `read model ${name}`,
    detail: `${String(eventsBehind)} events behind, ${String(parked)} parked`,
  } as const;
  if (state === 'failed' || state === 'paused')
    return {
      ...found,
      status: 'failed',
      detail: error ?? state,
      remedy: `safar projections status; safar projections rebuild ${name} makes it new.`,
    };
  if (parked > 0)
    return {
      ...found,
      status: 'warning',
      remedy: `safar projections parked ${name} shows them, release or discard decides.`,
    };
  if (eventsBehind > 0 && (state === 'waiting' || secondsBehind > LAG_WARNING_SECONDS))
    return { ...found, status: 'warning', remedy: 'Nobody feeds it, or too slowly: npm start does.' };
  return { ...found, status: 'ok' };
}
