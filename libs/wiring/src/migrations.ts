import { accessMigrations } from '#platform/access';
import { attachmentMigrations } from '#platform/attachments';
import { auditMigrations } from '#platform/audit';
import { inboundMigrations, relayMigrations } from '#platform/bus';
import { commandAnswersMigrations } from '#platform/command-answers';
import { eventStoreMigrations } from '#platform/event-store';
import { type Migration } from '#platform/postgres';
import { presenceMigrations } from '#platform/presence';
import { projectionsMigrations } from '#platform/projections';
import { reactionsMigrations } from '#platform/reactions';
import { quarantineMigrations } from '#platform/quarantine';
import { vaultMigrations } from '#platform/vault';

/** Every schema of an installation. */
export const migrations: readonly Migration[] = [
  ...eventStoreMigrations,
  ...projectionsMigrations,
  ...reactionsMigrations,
  ...vaultMigrations,
  ...accessMigrations,
  ...auditMigrations,
  ...commandAnswersMigrations,
  ...presenceMigrations,
  ...quarantineMigrations,
  ...attachmentMigrations,
  ...relayMigrations,
  ...inboundMigrations,
];
