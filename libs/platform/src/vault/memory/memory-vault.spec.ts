import { createMemoryLedger } from './create-memory-vault.js';
import { MemoryKeyStore } from './memory-key-store.js';
import { createLocalMasterKey } from '../master-key/local-master-key.js';
import { openVault } from '../vault.js';
import { vaultConformance, type VaultHarness } from '../vault.conformance.js';

let harness: VaultHarness;

beforeEach(() => {
  let store = new MemoryKeyStore();
  const ledger = createMemoryLedger();
  const masterKey = createLocalMasterKey([Buffer.alloc(32, 'a master key for tests only')]);
  harness = {
    open: (elapsedMs) => openVault({ store, masterKey, ledger, clock: { now: () => Date.UTC(2026, 0, 1) }, elapsedMs }),
    backup: () => {
      const copy = new MemoryKeyStore();
      for (const [personaId, keys] of store.keys) copy.keys.set(personaId, new Map(keys));
      for (const [name, erasure] of store.destroyed) copy.destroyed.set(name, { ...erasure });
      return Promise.resolve(() => {
        store = copy;
        return Promise.resolve();
      });
    },
    dump: () =>
      Promise.resolve(
        [...store.keys]
          .map(([id, keys]) => [id, ...[...keys.values()].map((key) => Buffer.from(key ?? '').toString('base64'))])
          .join('\n'),
      ),
  };
});

vaultConformance('memory', () => harness);
