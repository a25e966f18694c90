import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { type Migration } from '#platform/postgres';

/** Messages that could not be used. */
class CreateQuarantine1795390000000 implements MigrationInterface {
  readonly name = 'CreateQuarantine1795390000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE SCHEMA quarantine;
      CREATE TABLE quarantine.messages (
        id             uuid PRIMARY KEY,
        source         text NOT NULL CHECK (length(source) BETWEEN 1 AND 64),
        sealed         text NOT NULL,
        reasons        jsonb NOT NULL,
        quarantined_at timestamptz(3) NOT NULL,
        tries          integer NOT NULL DEFAULT 0,
        tried_at       timestamptz(3)
      );
      CREATE INDEX messages_by_age ON quarantine.messages (quarantined_at, id);
      CREATE INDEX messages_by_source ON quarantine.messages (source, quarantined_at, id);
      GRANT USAGE ON SCHEMA quarantine TO safar_app;
      GRANT SELECT, INSERT, DELETE, UPDATE (reasons, tries, tried_at) ON quarantine.messages TO safar_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA quarantine CASCADE');
  }
}

export const quarantineMigrations: readonly Migration[] = [CreateQuarantine1795390000000];
