export { createMemoryVault, type MemoryVaultSettings } from './memory/create-memory-vault.js';
export { MemoryKeyStore } from './memory/memory-key-store.js';
export * from './master-key/master-key.port.js';
export { openMasterKey, type MasterKeySettings } from './master-key/open-master-key.js';
export * from './open-all.js';
export { openPostgresVault, type PostgresVaultSettings } from './postgres/open-postgres-vault.js';
export { vaultMigrations } from './postgres/vault-migrations.js';
export * from './vault-errors.js';
export * from './vault.port.js';
