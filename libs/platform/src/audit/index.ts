export * from './audit-log.port.js';
export { MemoryAuditLog } from './memory-audit-log.js';
export { auditMigrations } from './postgres/audit-migrations.js';
export {
  type AuditTrail,
  type AuditVerified,
  openPostgresAudit,
  type PostgresAuditSettings,
} from './postgres/open-postgres-audit.js';
export { type ChainBreak, type ChainProblem } from './verify-chain.js';
