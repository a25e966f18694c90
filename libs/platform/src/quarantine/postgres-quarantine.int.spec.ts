import { randomUUID } from 'node:crypto';
import { type Pool } from 'pg';
import { createPool } from '#platform/postgres';
import { testDatabase, type TestDatabase } from '#testing';
import { createQuarantine } from './postgres-quarantine.js';
import { quarantineMigrations } from './quarantine-migrations.js';
import { type NewQuarantined, type Quarantine } from './quarantine.port.js';

const at = Date.UTC(2026, 2, 21);
const message = (extra: Partial<NewQuarantined> = {}): NewQuarantined => ({
  ...{ id: randomUUID(), source: 'shop', sealed: 'sealed', reasons: [{ pointer: '/event', code: 'required' }], at },
  ...extra,
});

describe('the quarantine', () => {
  let database: TestDatabase;
  let pool: Pool;
  let quarantine: Quarantine;
  beforeAll(async () => {
    database = await testDatabase(quarantineMigrations);
    pool = createPool({ url: database.url, max: 4, applicationName: 'quarantine test' });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  beforeEach(async () => {
    await database.owner.query('TRUNCATE quarantine.messages');
    quarantine = createQuarantine(pool, { messages: 5, messagesOfSource: 3, bytes: 100, messageBytes: 40 });
  });

  it('keeps a message once, with why it is there', async () => {
    const kept = message();
    expect([await quarantine.put(kept), await quarantine.put(kept)]).toEqual([true, true]);
    expect(await quarantine.list({ limit: 10 })).toEqual([{ ...kept, tries: 0, triedAt: undefined }]);
  });

  it('remembers that it was tried, and forgets what is removed', async () => {
    const kept = message();
    await quarantine.put(kept);
    await quarantine.tried(kept.id, [{ pointer: '', code: 'too_large' }], at + 1);
    expect(await quarantine.get([kept.id, randomUUID(), 'no id'])).toMatchObject([
      { reasons: [{ code: 'too_large' }], tries: 1, triedAt: at + 1 },
    ]);
    expect([await quarantine.remove([kept.id]), await quarantine.remove([kept.id])]).toEqual([1, 0]);
  });

  it('has room for so many of one source, so many of all, and so much of them', async () => {
    for (let times = 0; times < 3; times++) expect(await quarantine.put(message())).toBe(true);
    expect(await quarantine.put(message())).toBe(false);
    expect(await quarantine.put(message({ source: 'b', sealed: 'x'.repeat(41) }))).toBe(false);
    for (let times = 0; times < 2; times++) expect(await quarantine.put(message({ source: 'b' }))).toBe(true);
    expect(await quarantine.put(message({ source: 'c' }))).toBe(false);
    await database.owner.query('TRUNCATE quarantine.messages');
    for (let times = 0; times < 2; times++)
      expect(await quarantine.put(message({ sealed: 'x'.repeat(40) }))).toBe(true);
    expect(await quarantine.put(message({ sealed: 'x'.repeat(40) }))).toBe(false);
  });

  it('is listed oldest first, by source, by age and in pages', async () => {
    const [old, young, other] = [message({ at: at - 2 }), message(), message({ source: 'b', at: at - 1 })];
    for (const each of [young, old, other]) await quarantine.put(each);
    const ids = async (filter: object) => (await quarantine.list({ limit: 10, ...filter })).map(({ id }) => id);
    expect(await ids({})).toEqual([old.id, other.id, young.id]);
    expect(await ids({ source: 'shop' })).toEqual([old.id, young.id]);
    expect(await ids({ before: at })).toEqual([old.id, other.id]);
    expect(await ids({ after: old, limit: 1 })).toEqual([other.id]);
  });

  it('does not let the application change what was kept', async () => {
    await expect(pool.query(`UPDATE quarantine.messages SET sealed = ''`)).rejects.toThrow(/permission denied/);
  });
});
