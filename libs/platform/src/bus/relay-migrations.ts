import type { MigrationInterface, QueryRunner } from 'typeorm';
import { APP_ROLE, type Migration } from '#platform/postgres';

/** How far each topic is, and who brings it further. */
class RelayTable1795393000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE SCHEMA IF NOT EXISTS es`);
    // Updated with every batch: room on the page keeps that cheap (HOT).
    await runner.query(`CREATE TABLE es.relays (
      topic text PRIMARY KEY, position bigint NOT NULL, epoch bigint NOT NULL, marks json NOT NULL,
      fence bigint NOT NULL DEFAULT 0, owner text, lease_until timestamptz, error text) WITH (fillfactor = 25)`);
    await runner.query(`COMMENT ON COLUMN es.relays.marks IS
      'For each partition the number of its last record and the offset behind it, at this position.'`);
    await runner.query(`GRANT USAGE ON SCHEMA es TO ${APP_ROLE}`);
    await runner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON es.relays TO ${APP_ROLE}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE es.relays`);
  }
}

/** Readers keep the numbers of a topic: they have to see that it was made anew, also when its records look alike. */
class RelayGenerations1795948000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE es.relays ADD generation bigint NOT NULL DEFAULT 1`);
    await runner.query(`COMMENT ON COLUMN es.relays.generation IS
      'Grows each time the numbers of the records begin with one again.'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE es.relays DROP generation`);
  }
}

export const relayMigrations: readonly Migration[] = [RelayTable1795393000000, RelayGenerations1795948000000];
