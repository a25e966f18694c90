import { createPool } from '#platform/postgres';
import type pg from 'pg';
import { appendTo } from '../fixtures/append-requests.js';
import { StoreDatabase } from '../fixtures/postgres-store.js';

describe('the application role', () => {
  let database: StoreDatabase;
  let app: pg.Pool;

  beforeAll(async () => {
    database = await StoreDatabase.make();
    const store = await database.open();
    await store.append(appendTo('thing-1'));
    app = createPool({ url: database.url, max: 1, applicationName: 'test' });
  });
  afterAll(async () => {
    await app.end();
    await database.drop();
  });

  it.each([
    ['store', 'epoch'],
    ['streams', 'marked_version'],
    ['events', 'version'],
    ['events_from_1', 'version'],
    ['appends', 'event_count'],
  ])('cannot write to es.%s', async (table, column) => {
    for (const statement of [
      `INSERT INTO es.${table} SELECT * FROM es.${table}`,
      `UPDATE es.${table} SET ${column} = 1`,
      `DELETE FROM es.${table}`,
      `TRUNCATE es.${table}`,
      `DROP TABLE es.${table}`,
    ])
      await expect(app.query(statement)).rejects.toThrow(/permission denied|must be owner/);
  });

  it.each([
    'SELECT es.raise_epoch()',
    'CREATE TABLE es.mine (id bigint)',
    'CREATE OR REPLACE FUNCTION es.head() RETURNS bigint LANGUAGE sql AS $$ SELECT 0::bigint $$',
  ])('cannot run %s', async (statement) => {
    await expect(app.query(statement)).rejects.toThrow(/permission denied|must be owner/);
  });

  it('can read the log', async () => {
    expect((await app.query('SELECT FROM es.events')).rowCount).toBe(1);
  });

  it('nobody else can call the functions of the store', async () => {
    await database.owner.query(
      `DO $$ BEGIN CREATE ROLE safar_test_stranger; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
    );
    const { rows } = await database.owner.query(`
      SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'es'::regnamespace
        AND has_function_privilege('safar_test_stranger', p.oid, 'EXECUTE')`);
    expect(rows).toEqual([]);
  });
});
