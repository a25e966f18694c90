import { type Pool } from 'pg';
import { type Clock } from '#kernel';
import { createFileLedger } from '../ledger/file-ledger.js';
import { type MasterKey } from '../master-key/master-key.port.js';
import { sealOnAnotherCore } from '../sealing/sealing-thread.js';
import { openVault } from '../vault.js';
import { type Vault } from '../vault.port.js';
import { createPostgresKeyStore } from './postgres-key-store.js';

export interface PostgresVaultSettings {
  readonly pool: Pool;
  readonly masterKey: MasterKey;
  /** The erasure ledger; beside the master key, never inside the database's folder or its backups. */
  readonly ledgerFile: string;
  readonly clock: Clock;
  /** For tests: the clock that the age of keys is measured with, in milliseconds. */
  readonly elapsedMs?: () => number;
}

/**
 * The vault of an installation. Erasures in the ledger file that a restored backup undid are repeated before this resolves;
 * complete `pendingErasures()` next.
 * @throws VaultGuardError when the ledger file is damaged
 */
export function openPostgresVault({
  pool,
  masterKey,
  ledgerFile,
  clock,
  elapsedMs,
}: PostgresVaultSettings): Promise<Vault> {
  return openVault({
    store: createPostgresKeyStore(pool),
    masterKey,
    ledger: createFileLedger(ledgerFile),
    clock,
    elapsedMs,
    sealAll: sealOnAnotherCore(),
  });
}
