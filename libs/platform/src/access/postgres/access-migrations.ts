import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { type Migration } from '#platform/postgres';

/** Who may call. */
class CreateAccess1795305620000 implements MigrationInterface {
  readonly name = 'CreateAccess1795305620000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE SCHEMA access;
      CREATE TABLE access.api_keys (
        id           uuid PRIMARY KEY,
        name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
        prefix       text NOT NULL UNIQUE,
        secret_hash  bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
        scopes       text[] NOT NULL CHECK (cardinality(scopes) > 0),
        created_at   timestamptz(3) NOT NULL,
        expires_at   timestamptz(3),
        revoked_at   timestamptz(3),
        last_used_at timestamptz(3)
      );
      GRANT USAGE ON SCHEMA access TO safar_app;
      GRANT SELECT, INSERT, UPDATE (prefix, secret_hash, revoked_at, last_used_at) ON access.api_keys TO safar_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA access CASCADE');
  }
}

export const accessMigrations: readonly Migration[] = [CreateAccess1795305620000];
