import { type Clock } from '#kernel';
import { type Erasure, type ErasureLedger } from '../ledger/erasure-ledger.port.js';
import { createLocalMasterKey, MASTER_KEY_BYTES } from '../master-key/local-master-key.js';
import { KeyVault } from '../vault.js';
import { type Vault } from '../vault.port.js';
import { MemoryKeyStore } from './memory-key-store.js';

export interface MemoryVaultSettings {
  /** Share one between vaults that stand for several processes on one database. */
  readonly store?: MemoryKeyStore;
  readonly clock?: Clock;
  readonly elapsedMs?: () => number;
}

/** A vault for tests: the same behaviour, nothing durable, always the same pseudonyms. */
export function createMemoryVault({
  store = new MemoryKeyStore(),
  clock = standing,
  elapsedMs,
}: MemoryVaultSettings = {}): Vault {
  const masterKey = createLocalMasterKey([Buffer.alloc(MASTER_KEY_BYTES, 'a master key for tests only')]);
  return new KeyVault({ store, masterKey, ledger: createMemoryLedger(), clock, elapsedMs });
}

export function createMemoryLedger(): ErasureLedger {
  const erasures: Erasure[] = [];
  return {
    append: (more) => {
      erasures.push(...more);
      return Promise.resolve();
    },
    read: () => Promise.resolve([...erasures]),
  };
}

const standing: Clock = { now: () => Date.UTC(2026, 0, 1) };
