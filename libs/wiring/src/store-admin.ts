import path from 'node:path';
import { openPostgresAudit } from '#platform/audit';
import {
  type EventStoreDbPlace,
  eventStoreDbReport,
  followEpoch,
  furthestCheckpoint,
  type LogPlace,
  logPlace,
  raiseEpoch,
  raiseEventStoreDbEpoch,
  StoreGuardError,
  storeReport,
  type StoreReport,
} from '#platform/event-store';
import { createPool, migrate } from '#platform/postgres';
import { openMasterKey, openPostgresVault } from '#platform/vault';
import { audited, type OnBehalfOf } from './audited.js';
import { systemClock } from './clock.js';
import { type Config } from './config/config.js';
import { openDatabase } from './database.js';
import { boundProblem, inDatabase } from './event-log.js';
import { type InstallationOptions } from './installation.js';
import { migrations } from './migrations.js';

/** What operators do with the store itself, also with one that cannot be opened as it is. */
export interface StoreAdmin {
  status(): Promise<StoreReport>;
  /**
   * Continues with the log as it is, after a restore or a fail-over; answers the new epoch. The erasures of the ledger are repeated
   * first, so that nothing that was erased can be read from then on. Audited.
   */
  raiseEpoch(by: OnBehalfOf): Promise<bigint>;
  close(): Promise<void>;
}

export async function openStoreAdmin(
  config: Config,
  { program, say = () => undefined }: InstallationOptions,
): Promise<StoreAdmin> {
  const { url, release } = await openDatabase(config, say);
  try {
    await migrate(url, migrations);
  } catch (error) {
    await release();
    throw error;
  }
  return {
    status: () => reportOf(config, url),
    raiseEpoch: (by) => raise(config, url, program, by),
    close: release,
  };
}

/** Of the log where it is; before anything was begun in EventStoreDB, of the empty one in the database. */
async function reportOf({ eventStoreDb }: Pick<Config, 'eventStoreDb'>, url: string): Promise<StoreReport> {
  if (!eventStoreDb) return storeReport(url);
  const pool = createPool({ url, max: 1, applicationName: 'safar store' });
  try {
    const here = await logPlace(pool);
    if (here.keptIn === 'postgresql') {
      const report = await storeReport(url);
      return here.isEmpty ? report : { ...report, problem: inDatabase() };
    }
    const there = await eventStoreDbReport(eventStoreDb);
    if (there?.storeId !== here.storeId) throw elsewhere();
    const mark = await furthestCheckpoint(pool, there.epoch);
    return { ...there, mark, problem: boundProblem(here, there, there.head, mark) };
  } finally {
    await pool.end();
  }
}

const elsewhere = (): StoreGuardError =>
  new StoreGuardError(
    'The log of this installation is in an EventStoreDB, and not in one that is configured here.',
    'Set SAFAR_EVENTSTORE_URL and SAFAR_EVENTSTORE_NAMESPACE as they were when it was begun, or restore EventStoreDB from its backup.',
  );

async function raiseWhereItIs(here: LogPlace, place: EventStoreDbPlace | undefined, url: string): Promise<bigint> {
  if (here.keptIn === 'postgresql') return raiseEpoch(url);
  if (!place) throw elsewhere();
  // EventStoreDB first: where the database does not follow, no program starts until it does.
  const epoch = await raiseEventStoreDbEpoch(place, here.epoch);
  await followEpoch(url, epoch);
  return epoch;
}

async function raise(config: Config, url: string, program: string, by: OnBehalfOf) {
  const { dataDir, masterKey: environment, eventStoreDb } = config;
  const pool = createPool({ url, max: 5, applicationName: `safar ${program}`, pipeline: true });
  const clock = systemClock;
  try {
    const masterKey = await openMasterKey({ pool, file: path.join(dataDir, 'master.key'), environment });
    await openPostgresVault({ pool, masterKey, ledgerFile: path.join(dataDir, 'erasures.jsonl'), clock });
    const audit = openPostgresAudit({
      ...{ pool, masterKey, clock },
      checkpointFile: path.join(dataDir, 'audit-checkpoints.jsonl'),
    });
    try {
      const { storeId, head } = await reportOf(config, url);
      const here = await logPlace(pool);
      const act = { ...by, action: 'store.epoch_raised', subject: `store:${storeId}`, details: { position: head } };
      return await audited(
        audit,
        act,
        () => raiseWhereItIs(here, eventStoreDb, url),
        (epoch) => ({ details: { position: head, epoch } }),
      );
    } finally {
      await audit.close();
    }
  } finally {
    await pool.end();
  }
}
