import type { MigrationInterface, QueryRunner } from 'typeorm';
import { type Migration } from '#platform/postgres';

/** What repeatable commands were answered. */
class CreateCommandAnswers1795305630000 implements MigrationInterface {
  readonly name = 'CreateCommandAnswers1795305630000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE SCHEMA commands;
      CREATE TABLE commands.answers (
        command_id    uuid PRIMARY KEY,
        request_hash  bytea NOT NULL CHECK (octet_length(request_hash) = 16),
        begun_at      timestamptz(3) NOT NULL DEFAULT date_trunc('milliseconds', now()),
        attempt       integer NOT NULL DEFAULT 1,
        claimed_until timestamptz(3) NOT NULL,
        answer        json CHECK (octet_length(answer::text) <= 65536)
      );
      CREATE INDEX ON commands.answers (begun_at);
      GRANT USAGE ON SCHEMA commands TO safar_app;
      GRANT SELECT, INSERT, DELETE, UPDATE (attempt, claimed_until, answer) ON commands.answers TO safar_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA commands CASCADE');
  }
}

export const commandAnswersMigrations: readonly Migration[] = [CreateCommandAnswers1795305630000];
