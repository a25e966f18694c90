import pg from 'pg';
import type { MigrationInterface } from 'typeorm';
import { APP_ROLE } from './connection.js';

export type Migration = new () => MigrationInterface;

/**
 * Brings the schema up to date, as the owner. Processes that start together wait for each other. Each platform folder brings
 * its own migrations; TypeORM orders them by the timestamp at the end of their class names.
 */
export async function migrate(url: string, migrations: readonly Migration[]): Promise<void> {
  if (await isMigrated(url, migrations)) return;
  // Three hundred modules, which most starts and commands do without.
  const { DataSource } = await import('typeorm');
  const source = new DataSource({
    type: 'postgres',
    url,
    migrations: [...migrations],
    migrationsTableName: 'safar_migrations',
    migrationsTransactionMode: 'all',
    installExtensions: false,
    extra: { max: 2 },
  });
  await source.initialize();
  const lock = source.createQueryRunner();
  try {
    await lock.query(`SELECT pg_advisory_lock(hashtextextended('safar migrations', 0))`);
    await ensureAppRole((sql) => lock.query(sql));
    await source.runMigrations();
  } finally {
    await lock.query(`SELECT pg_advisory_unlock_all()`).catch(() => undefined);
    await lock.release();
    await source.destroy();
  }
}

/** All of them have run, and the role is there: it belongs to the server, and a restored database may be on another one. */
async function isMigrated(url: string, migrations: readonly Migration[]): Promise<boolean> {
  const client = new pg.Client(url);
  // A connection that is lost between two queries: the next one fails.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows: here } = await client.query<{ table: string | null; member: boolean | null }>(
      `SELECT to_regclass('safar_migrations')::text AS table,
         (SELECT pg_has_role(current_user, oid, 'MEMBER') FROM pg_catalog.pg_roles WHERE rolname = $1) AS member`,
      [APP_ROLE],
    );
    if ((here[0]?.table ?? null) === null || here[0]?.member !== true) return false;
    const { rows } = await client.query<{ name: string }>('SELECT name FROM safar_migrations');
    const done = new Set(rows.map(({ name }) => name));
    return migrations.every(({ name }) => done.has(name));
  } finally {
    await client.end();
  }
}

/** Roles belong to the whole server, so another database of it may be making the same one right now. */
async function ensureAppRole(query: (sql: string) => Promise<unknown>): Promise<void> {
  await query(`DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = '${APP_ROLE}') THEN CREATE ROLE ${APP_ROLE} NOLOGIN; END IF;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`);
  await query(`DO $$ BEGIN
    IF NOT pg_has_role(current_user, '${APP_ROLE}', 'MEMBER') THEN EXECUTE format('GRANT ${APP_ROLE} TO %I', current_user); END IF;
  END $$`);
}
