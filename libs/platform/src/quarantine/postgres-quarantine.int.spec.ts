import { randomUUID } from 'node:crypto';
import { type Pool } from 'pg';
import { createPool } from '#platform/postgres';
import { vaultMigrations } from '#platform/vault';
import { testDatabase, type TestDatabase } from '#testing';
import { createQuarantine } from './postgres-quarantine.js';
import { quarantineMigrations } from './quarantine-migrations.js';
import { type NewQuarantined, type Quarantine, type QuarantineUpkeep } from './quarantine.port.js';

const at = Date.UTC(2026, 2, 21);
const message = (extra: Partial<NewQuarantined> = {}): NewQuarantined => ({
  ...{
    id: randomUUID(),
    source: 'shop',
    sealed: 'sealed',
    reasons: [{ pointer: '/event', code: 'required' }],
    personas: [],
    at,
  },
  ...extra,
});

describe('the quarantine', () => {
  let database: TestDatabase;
  let pool: Pool;
  let quarantine: Quarantine & QuarantineUpkeep;
  beforeAll(async () => {
    database = await testDatabase([...vaultMigrations, ...quarantineMigrations]);
    pool = createPool({ url: database.url, max: 4, applicationName: 'quarantine test' });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  beforeEach(async () => {
    await database.owner.query('TRUNCATE quarantine.messages CASCADE; TRUNCATE vault.erasures');
    const shares = { messagesOfSource: 3, messagesOfSender: 2, bytesOfSource: 80 };
    quarantine = createQuarantine(pool, { messages: 5, bytes: 100, messageBytes: 40, ...shares });
  });

  it('keeps a message once, with why it is there', async () => {
    const kept = message();
    expect([await quarantine.put(kept), await quarantine.put(kept)]).toEqual([true, true]);
    const { personas, ...listed } = kept;
    expect(personas).toEqual([]);
    expect(await quarantine.list({ limit: 10 })).toEqual([{ ...listed, tries: 0, triedAt: undefined }]);
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
    await database.owner.query('TRUNCATE quarantine.messages CASCADE');
    for (let times = 0; times < 2; times++)
      expect(await quarantine.put(message({ sealed: 'x'.repeat(40) }))).toBe(true);
    // A source of large ones leaves room for others; what is left of all of it is the bound for them.
    expect(await quarantine.put(message({ sealed: 'x' }))).toBe(false);
    expect(await quarantine.put(message({ source: 'b', sealed: 'x'.repeat(21) }))).toBe(false);
    expect(await quarantine.put(message({ source: 'b', sealed: 'x'.repeat(20) }))).toBe(true);
  });

  it('has a share of the room of a source for each of its senders', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    const put = (sender: string, more = {}) => quarantine.put(message({ sender, ...more }));
    expect([await put(one), await put(one), await put(one)]).toEqual([true, true, false]);
    expect([await put(one, { source: 'b' }), await put(other), await put(other)]).toEqual([true, true, false]);
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

  describe('of those whom messages name', () => {
    const [ada, bob] = [randomUUID(), randomUUID()];
    const left = async () => (await quarantine.list({ limit: 10 })).map(({ id }) => id);
    const namings = async () =>
      (await database.owner.query<{ count: number }>('SELECT count(*)::integer AS count FROM quarantine.personas'))
        .rows;

    it('removes every message of one, and none of the others', async () => {
      const [both, hers, his] = [
        message({ personas: [ada, bob, ada] }),
        message({ personas: [ada] }),
        message({ personas: [bob] }),
      ];
      for (const each of [both, hers, his]) await quarantine.put(each);
      expect([await quarantine.removeNaming(ada), await quarantine.removeNaming(ada)]).toEqual([2, 0]);
      expect([await left(), await namings()]).toEqual([[his.id], [{ count: 1 }]]);
      await quarantine.remove([his.id]);
      expect(await namings()).toEqual([{ count: 0 }]);
    });

    it('writes nothing down of a message that finds no room', async () => {
      expect(await quarantine.put(message({ sealed: 'x'.repeat(41), personas: [ada] }))).toBe(false);
      for (let times = 0; times < 3; times++) await quarantine.put(message());
      expect(await quarantine.put(message({ personas: [ada] }))).toBe(false);
      expect(await namings()).toEqual([{ count: 0 }]);
    });

    it('removes what came before an erasure, and not what came after it', async () => {
      const [before, after, other] = [
        message({ personas: [ada], at: at - 1 }),
        message({ personas: [ada], at: at + 1 }),
        message({ personas: [bob], at: at - 1 }),
      ];
      for (const each of [before, after, other]) await quarantine.put(each);
      await database.owner.query('INSERT INTO vault.erasures (persona_id, incarnation, begun_at) VALUES ($1, 1, $2)', [
        ada,
        new Date(at).toISOString(),
      ]);
      expect([await quarantine.removeErased(), await left()]).toEqual([1, [other.id, after.id]]);
    });

    it('reads later what an older version has kept, and lets nothing of it expire before', async () => {
      const old = message();
      await quarantine.put(old);
      await database.owner.query('UPDATE quarantine.messages SET named = false');
      expect(await quarantine.removeUnnamed(at + 1, 10)).toBe(0);
      expect(await quarantine.unread(10)).toMatchObject([{ id: old.id, sealed: old.sealed }]);
      await quarantine.name(old.id, [ada, bob]);
      expect([await quarantine.unread(10), await quarantine.removeNaming(bob)]).toEqual([[], 1]);
      await quarantine.name(old.id, [ada]);
      expect(await namings()).toEqual([{ count: 0 }]);
    });

    it('lets those expire that name nobody, oldest first and so many at a time', async () => {
      const old = [message({ at: at - 3 }), message({ at: at - 2 }), message({ source: 'b', at: at - 1 })];
      const [named, young] = [message({ source: 'b', at: at - 9, personas: [ada] }), message({ source: 'b' })];
      for (const each of [...old, named, young]) await quarantine.put(each);
      expect([await quarantine.removeUnnamed(at, 2), await left()]).toEqual([2, [named.id, old[2]?.id, young.id]]);
      expect([await quarantine.removeUnnamed(at, 2), await left()]).toEqual([1, [named.id, young.id]]);
    });
  });

  it('does not let the application change what was kept', async () => {
    await expect(pool.query(`UPDATE quarantine.messages SET sealed = ''`)).rejects.toThrow(/permission denied/);
  });
});
