import type { MigrationInterface, QueryRunner } from 'typeorm';
import { APP_ROLE, type Migration } from '#platform/postgres';

/** Which build each read model is read from, how far every consumer is, and what was set aside. */
class ProjectionTables1795305605000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE SCHEMA IF NOT EXISTS es`);
    await runner.query(`CREATE SCHEMA IF NOT EXISTS rm`);
    await runner.query(`CREATE TABLE es.projections (
      name text PRIMARY KEY,
      active_version integer NOT NULL, active_build integer NOT NULL,
      previous_version integer, previous_build integer,
      -- Numbers of builds are not used again: a reader may still hold the name of a dropped table.
      last_build integer NOT NULL,
      promoted_at timestamptz NOT NULL DEFAULT clock_timestamp())`);
    // One row for each lane of each build. The row is updated with every batch: room on the page keeps that update cheap (HOT).
    await runner.query(`CREATE TABLE es.consumers (
      name text, version integer, build integer, lane integer, lanes integer NOT NULL CHECK (lane >= 0 AND lane < lanes),
      position bigint NOT NULL, epoch bigint NOT NULL, fence bigint NOT NULL DEFAULT 0,
      owner text, lease_until timestamptz,
      status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'paused', 'failed')), error text,
      effects_from bigint NOT NULL, definition text NOT NULL, auto_promote boolean NOT NULL, filled_at timestamptz,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (name, version, build, lane)) WITH (fillfactor = 50)`);
    await runner.query(`CREATE TABLE es.parked (
      name text, version integer, build integer, lane integer NOT NULL, key text NOT NULL,
      position bigint, read_after bigint NOT NULL, event_id uuid NOT NULL, type text NOT NULL, recorded_at timestamptz NOT NULL,
      attempts integer NOT NULL, error_class text, error text,
      first_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      status text NOT NULL DEFAULT 'parked' CHECK (status IN ('parked', 'released', 'discarded')),
      decided_by text, decided_at timestamptz, reason text,
      PRIMARY KEY (name, version, build, position))`);
    await runner.query(`CREATE INDEX parked_key ON es.parked (name, key) WHERE status = 'parked'`);
    await runner.query(`GRANT USAGE ON SCHEMA es TO ${APP_ROLE}`);
    await runner.query(`GRANT USAGE, CREATE ON SCHEMA rm TO ${APP_ROLE}`);
    await runner.query(
      `GRANT SELECT, INSERT, UPDATE, DELETE ON es.projections, es.consumers, es.parked TO ${APP_ROLE}`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP SCHEMA rm CASCADE`);
    await runner.query(`DROP TABLE es.parked, es.consumers, es.projections`);
  }
}

/** Erasures that single builds have not come to: what else has to see to it that they keep no rows of the erased. */
class UnappliedErasures1795339800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE es.unapplied_erasures (
      name text, version integer, build integer, lane integer NOT NULL, key text,
      position bigint NOT NULL, cleaned_at bigint,
      PRIMARY KEY (name, version, build, key))`);
    await runner.query(`COMMENT ON TABLE es.unapplied_erasures IS
      'Keys whose rows have to go from a build that is before the position of their erasure; cleaned_at: the checkpoint of the build at which they were removed, as nobody fed it.'`);
    await runner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON es.unapplied_erasures TO ${APP_ROLE}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE es.unapplied_erasures`);
  }
}

/** Lanes that are fed from somewhere else than the store, and are divided as the partitions of a topic are. */
class LaneFeeds1795948100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE es.consumers ADD feed_cursor text`);
    await runner.query(`COMMENT ON COLUMN es.consumers.feed_cursor IS
      'Where the feed of the lane goes on, at this position; null: the position is enough.'`);
    // Keys change their lane. Where all lanes are equally far and nothing waits in one of them, nobody notices, except for a program
    // of the version before, which would go on dividing as it did: none may feed such a read model, and what it has in hand is void.
    await runner.query(`DO $$ BEGIN
      IF EXISTS (SELECT FROM es.consumers WHERE lanes > 1 AND owner IS NOT NULL AND lease_until > clock_timestamp()) THEN
        RAISE EXCEPTION 'A read model has several lanes, which this version divides in another way, and a program feeds it. Stop every program that feeds read models, then try again; one that died lets go after ten seconds.';
      END IF;
      UPDATE es.consumers SET fence = fence + 1, owner = NULL, lease_until = NULL WHERE lanes > 1;
      IF EXISTS (SELECT FROM es.consumers GROUP BY name, version, build HAVING count(*) > 1 AND min(position) <> max(position))
        OR EXISTS (SELECT FROM es.parked p JOIN es.consumers c USING (name, version, build, lane)
          WHERE c.lanes > 1 AND p.status = 'parked')
        OR EXISTS (SELECT FROM es.unapplied_erasures u JOIN es.consumers c USING (name, version, build, lane)
          WHERE c.lanes > 1) THEN
        RAISE EXCEPTION 'A read model has several lanes, which this version divides in another way. With the version before this one, run safar projections rebuild NAME --lanes 1 for each that safar projections status shows with several lanes, and safar projections drop for its other builds.';
      END IF;
    END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE es.consumers DROP feed_cursor`);
  }
}

/** So that whoever joins gets a share of the lanes. */
class LaneWishes1796210000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE es.lane_wishes (
      name text, version integer, build integer, lane integer,
      wanted_by text NOT NULL, wanted_until timestamptz NOT NULL,
      PRIMARY KEY (name, version, build, lane))`);
    await runner.query(`COMMENT ON TABLE es.lane_wishes IS
      'Lanes that one has too many of, and which of those with too few asks for it. Forgotten within seconds.'`);
    await runner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON es.lane_wishes TO ${APP_ROLE}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE es.lane_wishes`);
  }
}

export const projectionsMigrations: readonly Migration[] = [
  ProjectionTables1795305605000,
  UnappliedErasures1795339800000,
  LaneFeeds1795948100000,
  LaneWishes1796210000000,
];
