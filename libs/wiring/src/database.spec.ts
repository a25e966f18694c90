import { openDatabase } from './database.js';

const description = async (databaseUrl: string): Promise<string> =>
  (await openDatabase({ databaseUrl, dataDir: '/nowhere' }, () => undefined)).description;

describe('what people are told of the database', () => {
  it.each([
    ['postgres://safar:hunter2@db.example:5433/cx', 'PostgreSQL on db.example:5433, database cx'],
    ['postgresql://safar@127.0.0.1:5435/postgres?password=hunter2', 'PostgreSQL on 127.0.0.1:5435, database postgres'],
    ['postgres://hunter2@[::1]/cx?sslpassword=hunter2', 'PostgreSQL on [::1]:5432, database cx'],
    ['postgres://safar:hunter2@/cx?host=/run/postgresql', 'PostgreSQL on /run/postgresql, port 5432, database cx'],
    ['postgres://db.example/cx?options=-c%20x.secret%3Dhunter2#hunter2', 'PostgreSQL on db.example:5432, database cx'],
    ['postgres://safar:hunter2@db.example/cx?sslkey=/hunter2', 'PostgreSQL of SAFAR_DATABASE_URL'],
  ])('is only which server it is, of %s', async (url, expected) => {
    expect(await description(url)).toBe(expected);
  });
});
