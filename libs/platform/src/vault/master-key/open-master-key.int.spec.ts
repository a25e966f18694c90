import { chmod, mkdtemp, readFile, readdir, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Pool } from 'pg';
import { createPool } from '#platform/postgres';
import { testDatabase, type TestDatabase } from '#testing';
import { vaultMigrations } from '../postgres/vault-migrations.js';
import { openMasterKey } from './open-master-key.js';
import { type MasterKey } from './master-key.port.js';

let database: TestDatabase;
let pool: Pool;
let folder: string;
let file: string;

beforeAll(async () => {
  database = await testDatabase(vaultMigrations);
  pool = createPool({ url: database.url, max: 6, applicationName: 'master key test' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await database.owner.query('TRUNCATE vault.master_keys');
  folder = await mkdtemp(path.join(tmpdir(), 'safar-master-key-'));
  file = path.join(folder, 'keys', 'master.key');
});
afterEach(() => rm(folder, { recursive: true }));

const open = (environment?: string): Promise<MasterKey> => openMasterKey({ pool, file, environment });
const secretOf = async (masterKey: Promise<MasterKey>): Promise<string> =>
  Buffer.from((await masterKey).pseudonymSecret).toString('hex');

describe('the master key file', () => {
  it('is made at the first start, for its owner only, and used ever after', async () => {
    const first = await secretOf(open());
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await secretOf(open())).toBe(first);
    expect(await readdir(path.dirname(file))).toEqual(['master.key']);
  });

  it('is made once when several processes start together', async () => {
    for (let round = 0; round < 10; round++) {
      await database.owner.query('TRUNCATE vault.master_keys');
      await rm(path.dirname(file), { recursive: true, force: true });
      const secrets = await Promise.all(Array.from({ length: 6 }, () => secretOf(open())));
      expect(new Set(secrets).size).toBe(1);
    }
  });

  it('is missed, not made again, when the database was sealed with one', async () => {
    await open();
    await unlink(file);
    await expect(open()).rejects.toThrow(/there is no key at .*master\.key.* Put back the copy of that file/);
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  it('is refused when it is another one', async () => {
    await open();
    await writeFile(file, randomBytes(32).toString('base64'));
    await expect(open()).rejects.toThrow(/is not the one that this database was sealed with/);
  });

  it('is refused when other users can read it', async () => {
    await open();
    await chmod(file, 0o640);
    await expect(open()).rejects.toThrow(/mode 640.* chmod 600/);
  });

  it.each(['', '# only a comment', 'c2hvcnQ=', 'A'.repeat(43) + '='])(
    'is refused when it holds %p, which is not shown',
    async (text) => {
      await open();
      await writeFile(file, text);
      const message = await open().then(() => '', String);
      expect(message).toMatch(/^VaultGuardError: The master key in /);
      if (text) expect(message).not.toContain(text);
    },
  );

  it('may get a second key after the first, but neither lose nor move the first', async () => {
    const secret = await secretOf(open());
    const first = (await readFile(file, 'utf8')).trim();
    const second = randomBytes(32).toString('base64');
    await writeFile(file, `${first}\n${second}\n`);
    expect(await secretOf(open())).toBe(secret);
    await writeFile(file, `${second}\n`);
    await expect(open()).rejects.toThrow(/is not the one/);
    await writeFile(file, `${second}\n${first.split('\n').at(-1) ?? ''}\n`);
    await expect(open()).rejects.toThrow(/is not the one/);
  });
});

describe('SAFAR_MASTER_KEY', () => {
  it('is used instead of a file', async () => {
    const text = randomBytes(32).toString('base64');
    const secret = await secretOf(open(text));
    expect(await secretOf(open(text))).toBe(secret);
    await expect(stat(file)).rejects.toThrow('ENOENT');
    await expect(open(randomBytes(32).toString('base64url'))).rejects.toThrow(/SAFAR_MASTER_KEY .* is not the one/);
  });

  it('holds one key each after a rotation, separated by commas', async () => {
    const [first, second] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
    const secret = await secretOf(open(first));
    expect(await secretOf(open(`${first},${second}`))).toBe(secret);
  });

  it('is not taken from the database in any form', async () => {
    const bytes = randomBytes(32);
    await open(bytes.toString('base64'));
    const { rows } = await database.owner.query<{ row: string }>('SELECT t::text AS row FROM vault.master_keys t');
    for (const form of ['hex', 'base64', 'base64url'] as const)
      expect(JSON.stringify(rows)).not.toContain(bytes.toString(form));
  });
});
