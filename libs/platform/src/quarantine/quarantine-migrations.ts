import type { MigrationInterface, QueryRunner } from 'typeorm';
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

/** Whom messages name, so that erasing somebody reaches them. Those that are there already are read by the application. */
class NameQuarantined1795990000000 implements MigrationInterface {
  readonly name = 'NameQuarantined1795990000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE quarantine.messages ADD COLUMN named boolean NOT NULL DEFAULT false;
      COMMENT ON COLUMN quarantine.messages.named IS 'Whether it was written down whom the message names; a process of an older version does not.';
      CREATE INDEX messages_unread ON quarantine.messages (quarantined_at, id) WHERE NOT named;
      CREATE TABLE quarantine.personas (
        message_id uuid NOT NULL REFERENCES quarantine.messages (id) ON DELETE CASCADE,
        persona_id uuid NOT NULL,
        PRIMARY KEY (persona_id, message_id)
      );
      CREATE INDEX personas_of_message ON quarantine.personas (message_id);
      GRANT SELECT, INSERT, DELETE ON quarantine.personas TO safar_app;
      GRANT UPDATE (named) ON quarantine.messages TO safar_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE quarantine.personas; ALTER TABLE quarantine.messages DROP COLUMN named');
  }
}

/** Who of a source that many send to: one of them shall not fill the room of all. */
class ShareQuarantine1796200000000 implements MigrationInterface {
  readonly name = 'ShareQuarantine1796200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE quarantine.messages ADD COLUMN sender uuid');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE quarantine.messages DROP COLUMN sender');
  }
}

export const quarantineMigrations: readonly Migration[] = [
  CreateQuarantine1795390000000,
  NameQuarantined1795990000000,
  ShareQuarantine1796200000000,
];
