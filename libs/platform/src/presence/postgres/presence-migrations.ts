import type { MigrationInterface, QueryRunner } from 'typeorm';
import { type Migration } from '#platform/postgres';

/** Who has which conversation open. */
class CreatePresence1796050000000 implements MigrationInterface {
  readonly name = 'CreatePresence1796050000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE SCHEMA presence;
      -- Unlogged: renewed every few seconds, gone after half a minute, and worth nothing after a crash. Renewals change no indexed column.
      CREATE UNLOGGED TABLE presence.marks (
        conversation_id uuid NOT NULL,
        -- Session or API key.
        holder          uuid NOT NULL,
        agent           text NOT NULL CHECK (length(agent) <= 200),
        since           timestamptz(3) NOT NULL,
        typing_until    timestamptz(3),
        expires_at      timestamptz(3) NOT NULL,
        PRIMARY KEY (conversation_id, holder)
      ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
      CREATE INDEX marks_of_holder ON presence.marks (holder);
      GRANT USAGE ON SCHEMA presence TO safar_app;
      GRANT SELECT, INSERT, UPDATE, DELETE ON presence.marks TO safar_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA presence CASCADE');
  }
}

export const presenceMigrations: readonly Migration[] = [CreatePresence1796050000000];
