import type { MigrationInterface, QueryRunner } from 'typeorm';
import { APP_ROLE, type Migration } from '#platform/postgres';

/**
 * What reactions remember. Their checkpoints are rows of es.consumers, with a name that no projection has. Instants are Unix
 * milliseconds, as events carry them.
 */
class ReactionTables1795910400000 implements MigrationInterface {
  readonly name = 'ReactionTables1795910400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE es.reaction_states (
      name text, version integer, key text, state json NOT NULL, PRIMARY KEY (name, version, key))`);
    await runner.query(`CREATE TABLE es.reaction_timers (
      name text, version integer, key text, timer text, due_at bigint NOT NULL, id uuid NOT NULL, correlation_id text NOT NULL,
      PRIMARY KEY (name, version, key, timer))`);
    await runner.query(`CREATE INDEX reaction_timers_due ON es.reaction_timers (name, version, due_at)`);
    // Rows go when they were dispatched: what is here waits, is parked, or was discarded by somebody.
    await runner.query(`CREATE TABLE es.reaction_commands (
      name text, key text, seq bigint GENERATED ALWAYS AS IDENTITY, id uuid NOT NULL, version integer NOT NULL,
      at bigint NOT NULL, command json NOT NULL, causation_id text NOT NULL, correlation_id text NOT NULL,
      status text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'parked', 'discarded')),
      attempts integer NOT NULL DEFAULT 0, retry_at timestamptz, error_class text, error text,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(), decided_by text, decided_at timestamptz, reason text,
      PRIMARY KEY (name, key, seq))`);
    await runner.query(`CREATE TABLE es.reaction_parked (
      name text, version integer, key text, position bigint, timer text, due_at bigint, read_after bigint NOT NULL,
      type text NOT NULL, attempts integer NOT NULL, error_class text, error text,
      first_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      status text NOT NULL DEFAULT 'parked' CHECK (status IN ('parked', 'released', 'discarded')),
      decided_by text, decided_at timestamptz, reason text,
      PRIMARY KEY (name, version, key, position, timer))`);
    await runner.query(
      `GRANT SELECT, INSERT, UPDATE, DELETE ON es.reaction_states, es.reaction_timers, es.reaction_commands, es.reaction_parked TO ${APP_ROLE}`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE es.reaction_states, es.reaction_timers, es.reaction_commands, es.reaction_parked`);
    await runner.query(`DELETE FROM es.consumers WHERE name LIKE 'reaction:%'`);
  }
}

/** States that are kept in pieces: a row for each, so that an event writes what it changed and not all of a state. */
class ReactionPieces1796050000000 implements MigrationInterface {
  readonly name = 'ReactionPieces1796050000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE es.reaction_pieces (
      name text, version integer, key text, piece text, value json NOT NULL, PRIMARY KEY (name, version, key, piece))`);
    await runner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON es.reaction_pieces TO ${APP_ROLE}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE es.reaction_pieces`);
  }
}

export const reactionsMigrations: readonly Migration[] = [ReactionTables1795910400000, ReactionPieces1796050000000];
