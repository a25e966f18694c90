import { eventStoreMigrations } from '#platform/event-store';
import { quarantineMigrations } from '#platform/quarantine';
import { testDatabase, type TestDatabase } from '#testing';
import { migrate } from './migrate.js';

describe('migrations', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase(eventStoreMigrations);
  });
  afterEach(async () => {
    jest.dontMock('typeorm');
    await database.drop();
  });
  const all = [...eventStoreMigrations, ...quarantineMigrations];

  it('run where one is missing, by whoever of several comes first', async () => {
    await Promise.all([1, 2, 3].map(() => migrate(database.url, all)));
    const { rows } = await database.owner.query<{ name: string }>('SELECT name FROM safar_migrations');
    expect(rows.map(({ name }) => name).sort()).toEqual(all.map(({ name }) => name).sort());
    await database.owner.query('SELECT FROM quarantine.messages');
  });

  it('load nothing where all have run, also in a database that has newer ones', async () => {
    await migrate(database.url, all);
    jest.doMock('typeorm', () => {
      throw new Error('TypeORM is loaded');
    });
    await migrate(database.url, all);
    await migrate(database.url, eventStoreMigrations);
    await database.owner.query('DELETE FROM safar_migrations WHERE name = $1', [quarantineMigrations[0]?.name]);
    await expect(migrate(database.url, all)).rejects.toThrow('TypeORM is loaded');
  });
});
