import path from 'node:path';
import { openPostgresAudit } from '#platform/audit';
import { raiseEpoch, storeReport, type StoreReport } from '#platform/event-store';
import { createPool, migrate } from '#platform/postgres';
import { openMasterKey, openPostgresVault } from '#platform/vault';
import { audited, type OnBehalfOf } from './audited.js';
import { systemClock } from './clock.js';
import { type Config } from './config/config.js';
import { openDatabase } from './database.js';
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
    status: () => storeReport(url),
    raiseEpoch: (by) => raise(config, url, program, by),
    close: release,
  };
}

async function raise({ dataDir, masterKey: environment }: Config, url: string, program: string, by: OnBehalfOf) {
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
      const { storeId, head } = await storeReport(url);
      const act = { ...by, action: 'store.epoch_raised', subject: `store:${storeId}`, details: { position: head } };
      return await audited(
        audit,
        act,
        () => raiseEpoch(url),
        (epoch) => ({ details: { position: head, epoch } }),
      );
    } finally {
      await audit.close();
    }
  } finally {
    await pool.end();
  }
}
