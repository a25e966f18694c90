import type { MigrationInterface, QueryRunner } from 'typeorm';
import { type Migration } from '#platform/postgres';
import { appendFunction } from './schema/append-function.js';
import { storeFunctions } from './schema/store-functions.js';
import { functionGrants, grants, tables } from './schema/tables.js';

/** The log and the functions that write it. */
class CreateEventStore1795305600000 implements MigrationInterface {
  // Kept apart from the class's name: it stands in the table of migrations and must survive a renaming.
  readonly name = 'CreateEventStore1795305600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(tables);
    await runner.query(storeFunctions);
    await runner.query(appendFunction);
    await runner.query(grants);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA es CASCADE');
  }
}

/** The functions beside the append function as they are now: they are replaced, whichever release made them. */
class ReplaceStoreFunctions1795392000000 implements MigrationInterface {
  readonly name = 'ReplaceStoreFunctions1795392000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(storeFunctions);
    await runner.query(functionGrants);
  }

  /** The older ones are not worth going back to. */
  down(): Promise<void> {
    return Promise.resolve();
  }
}

/** The log may be in EventStoreDB, and everything else here. */
class KeepLogElsewhere1796040000000 implements MigrationInterface {
  readonly name = 'KeepLogElsewhere1796040000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE es.store ADD COLUMN kept_in text NOT NULL DEFAULT 'postgresql'
        CHECK (kept_in IN ('postgresql', 'eventstoredb'));
      COMMENT ON COLUMN es.store.kept_in IS 'Where the log is; this row tells its identity and epoch also where it is elsewhere.'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE es.store DROP COLUMN kept_in');
  }
}

export const eventStoreMigrations: readonly Migration[] = [
  CreateEventStore1795305600000,
  ReplaceStoreFunctions1795392000000,
  KeepLogElsewhere1796040000000,
];
