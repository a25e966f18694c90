import type { MigrationInterface, QueryRunner } from 'typeorm';
import { APP_ROLE, type Migration } from '#platform/postgres';

/** How far each topic is read that others write to, and who reads it. */
class InboundTable1795995000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE SCHEMA IF NOT EXISTS es`);
    // Updated with every batch: room on the page keeps that cheap (HOT).
    await runner.query(`CREATE TABLE es.inbound (
      topic text PRIMARY KEY, offsets json NOT NULL DEFAULT '[]', expired bigint NOT NULL DEFAULT 0,
      fence bigint NOT NULL DEFAULT 0, owner text, lease_until timestamptz, error text) WITH (fillfactor = 25)`);
    await runner.query(`COMMENT ON COLUMN es.inbound.offsets IS
      'For each partition the offset that is read next: everything before it is stored or in the topic of dead letters.'`);
    await runner.query(`COMMENT ON COLUMN es.inbound.expired IS
      'Records that the topic deleted before they were read, at most: offsets may have holes.'`);
    await runner.query(`GRANT USAGE ON SCHEMA es TO ${APP_ROLE}`);
    await runner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON es.inbound TO ${APP_ROLE}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE es.inbound`);
  }
}

/** So that who looks later sees that it was lately: a count alone says nothing of that after a restart. */
class InboundExpiredAt1796070000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE es.inbound ADD COLUMN expired_at timestamptz`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE es.inbound DROP COLUMN expired_at`);
  }
}

export const inboundMigrations: readonly Migration[] = [InboundTable1795995000000, InboundExpiredAt1796070000000];
