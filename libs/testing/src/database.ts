import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate, type Migration } from '#platform/postgres';

export interface TestDatabase {
  /** Connection string of the owner. */
  readonly url: string;
  /** A client of the owner, for looking at what the code under test stored. Ended by `drop`. */
  readonly owner: pg.Client;
  drop(): Promise<void>;
}

/**
 * A database of the test file's own. The first caller with these migrations makes a template from them, the others copy it,
 * which takes a tenth of a second.
 */
export async function testDatabase(migrations: readonly Migration[]): Promise<TestDatabase> {
  const server = process.env['SAFAR_TEST_POSTGRES_URL'];
  if (!server)
    throw new Error('no test server: name the file .int.spec.ts or .e2e.spec.ts, so that the global setup starts one');
  const admin = new pg.Client(server);
  await admin.connect();
  const name = `test_${randomBytes(6).toString('hex')}`;
  try {
    const template = await templateFor(admin, server, migrations);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  } finally {
    await admin.end();
  }
  const url = withDatabase(server, name);
  const owner = new pg.Client(url);
  owner.on('error', () => undefined);
  await owner.connect();
  return {
    url,
    owner,
    drop: async () => {
      await owner.end();
      const dropper = new pg.Client(server);
      await dropper.connect();
      await dropper.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await dropper.end();
    },
  };
}

async function templateFor(admin: pg.Client, server: string, migrations: readonly Migration[]): Promise<string> {
  const sources = migrations.map((migration) => migration.toString()).join('\n');
  const name = `template_${createHash('sha256').update(sources).digest('hex').slice(0, 12)}`;
  await admin.query(`SELECT pg_advisory_lock(hashtextextended($1, 1))`, [name]);
  try {
    const { rowCount } = await admin.query(`SELECT FROM pg_database WHERE datname = $1`, [name]);
    if (rowCount === 0) {
      const unfinished = `${name}_unfinished`;
      await admin.query(`DROP DATABASE IF EXISTS ${unfinished}`);
      await admin.query(`CREATE DATABASE ${unfinished}`);
      await migrate(withDatabase(server, unfinished), migrations);
      await admin.query(`ALTER DATABASE ${unfinished} RENAME TO ${name}`);
    }
  } finally {
    await admin.query(`SELECT pg_advisory_unlock(hashtextextended($1, 1))`, [name]);
  }
  return name;
}

function withDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.toString();
}
