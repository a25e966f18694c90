import { testDatabase } from './database.js';

describe('a test database', () => {
  it('is its own, on PostgreSQL 18', async () => {
    const [one, two] = await Promise.all([testDatabase([]), testDatabase([])]);
    await one.owner.query('CREATE TABLE mine (id bigint)');
    await expect(two.owner.query('SELECT * FROM mine')).rejects.toThrow(/does not exist/);
    const { rows } = await one.owner.query<{ server_version: string }>('SHOW server_version');
    expect(rows[0]?.server_version).toMatch(/^18\./);
    await Promise.all([one.drop(), two.drop()]);
  });
});
