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

/** Two live secrets of one key while it is rotated, and who made it. */
class RotateApiKeys1795334400000 implements MigrationInterface {
  readonly name = 'RotateApiKeys1795334400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE access.api_keys
        ADD COLUMN created_by       text CHECK (length(created_by) BETWEEN 1 AND 200),
        ADD COLUMN previous_prefix  text UNIQUE,
        ADD COLUMN previous_hash    bytea CHECK (octet_length(previous_hash) = 32),
        ADD COLUMN previous_ends_at timestamptz(3),
        ADD CHECK (num_nulls(previous_prefix, previous_hash, previous_ends_at) IN (0, 3));
      GRANT UPDATE (previous_prefix, previous_hash, previous_ends_at) ON access.api_keys TO safar_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE access.api_keys
        DROP COLUMN created_by, DROP COLUMN previous_prefix, DROP COLUMN previous_hash, DROP COLUMN previous_ends_at;
    `);
  }
}

export const accessMigrations: readonly Migration[] = [CreateAccess1795305620000, RotateApiKeys1795334400000];
