import type { MigrationInterface, QueryRunner } from 'typeorm';
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

/** People: accounts, where else they are known, their sessions, and how often somebody guessed. */
class CreateUsers1795335000000 implements MigrationInterface {
  readonly name = 'CreateUsers1795335000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE access.users (
        id            uuid PRIMARY KEY,
        name          text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 120),
        password_hash text CHECK (password_hash LIKE '$argon2id$%' AND length(password_hash) < 300),
        roles         text[] NOT NULL,
        created_at    timestamptz(3) NOT NULL,
        created_by    text NOT NULL CHECK (length(created_by) BETWEEN 1 AND 200),
        disabled_at   timestamptz(3)
      );
      -- Who somebody is elsewhere: an issuer and its name for them. Never an e-mail address, which can change hands.
      CREATE TABLE access.identities (
        issuer     text NOT NULL CHECK (length(issuer) <= 500),
        subject    text NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
        user_id    uuid NOT NULL REFERENCES access.users,
        created_at timestamptz(3) NOT NULL,
        PRIMARY KEY (issuer, subject)
      );
      CREATE TABLE access.sessions (
        id           uuid PRIMARY KEY,
        token_hash   bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
        user_id      uuid NOT NULL REFERENCES access.users,
        signed_in_by text NOT NULL CHECK (signed_in_by IN ('password', 'oidc')),
        client       text NOT NULL CHECK (length(client) <= 200),
        created_at   timestamptz(3) NOT NULL,
        last_seen_at timestamptz(3) NOT NULL,
        expires_at   timestamptz(3) NOT NULL,
        ended_at     timestamptz(3)
      );
      CREATE INDEX sessions_of_user ON access.sessions (user_id, created_at);
      -- The table of rate-limiter-flexible: keys are hashes, points are attempts, expire is in milliseconds of the epoch.
      CREATE UNLOGGED TABLE access.attempts (key varchar(255) PRIMARY KEY, points integer NOT NULL DEFAULT 0, expire bigint);
      GRANT SELECT, INSERT, UPDATE (password_hash, roles, disabled_at) ON access.users TO safar_app;
      GRANT SELECT, INSERT ON access.identities TO safar_app;
      GRANT SELECT, INSERT, UPDATE (last_seen_at, ended_at), DELETE ON access.sessions TO safar_app;
      GRANT SELECT, INSERT, UPDATE, DELETE ON access.attempts TO safar_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE access.attempts, access.sessions, access.identities, access.users');
  }
}

/** Browsers in which somebody has signed in before. */
class CreateDevices1796300000000 implements MigrationInterface {
  readonly name = 'CreateDevices1796300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE access.devices (
        token_hash   bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
        user_id      uuid NOT NULL REFERENCES access.users,
        last_used_at timestamptz(3) NOT NULL
      );
      CREATE INDEX devices_of_user ON access.devices (user_id, last_used_at);
      GRANT SELECT, INSERT, UPDATE (last_used_at), DELETE ON access.devices TO safar_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE access.devices');
  }
}

/** Keys that stand in the pages of some sites. */
class LimitApiKeysToSites1796300100000 implements MigrationInterface {
  readonly name = 'LimitApiKeysToSites1796300100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE access.api_keys ADD COLUMN origins text[] CHECK (cardinality(origins) > 0)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE access.api_keys DROP COLUMN origins');
  }
}

export const accessMigrations: readonly Migration[] = [
  CreateAccess1795305620000,
  RotateApiKeys1795334400000,
  CreateUsers1795335000000,
  CreateDevices1796300000000,
  LimitApiKeysToSites1796300100000,
];
