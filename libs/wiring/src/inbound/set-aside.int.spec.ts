import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exampleTouchpoint } from '#contracts';
import { type BusRecord, type Kept, type RefusedRecord } from '#platform/bus';
import { createPool } from '#platform/postgres';
import { createQuarantine } from '#platform/quarantine';
import { anyErasedSince } from '#platform/vault';
import { testDatabase, type TestDatabase } from '#testing';
import { loadConfig } from '../config/config.js';
import { type Installation, openInstallation } from '../installation.js';
import { createSetAside } from './set-aside.js';

const DAY_MS = 86_400_000;
const topic = 'in';
const by = { actor: { kind: 'operator', id: 'op' } } as const;
let database: TestDatabase;
let dataDir: string;
let installation: Installation;
let pool: ReturnType<typeof createPool>;

const open = () =>
  openInstallation(loadConfig({ SAFAR_DATABASE_URL: database.url, SAFAR_DATA_DIR: dataDir }), { program: 'test' });
beforeAll(async () => {
  database = await testDatabase([]);
  dataDir = mkdtempSync(path.join(tmpdir(), 'safar-set-aside-'));
  installation = await open();
  installation.startProjections({ pollMs: 20 });
  pool = createPool({ url: database.url, max: 2, applicationName: 'test' });
});
afterAll(async () => {
  await pool.end();
  await installation.close();
  await database.drop();
  rmSync(dataDir, { recursive: true });
});
beforeEach(async () => {
  await database.owner.query('TRUNCATE quarantine.messages CASCADE');
});

let offset = 0n;
const record = (value: unknown, more: Partial<BusRecord> = {}): BusRecord => ({
  ...{ partition: 3, offset: offset++, key: 'k', headers: {}, value: '', writtenAt: Date.now() },
  bytes: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  ...more,
});
/** A touchpoint without a kind is none; whom it names can be seen all the same. */
const broken = (customer: string) => ({
  identifiers: [{ kind: 'customer_number', value: customer }, { kind: 'email' }],
  source: 'shop',
});
/** One that a mistake of ours refused. */
const usable = (customer: string) => ({
  ...{ ...exampleTouchpoint('visit', 'en'), id: `t-${customer}` },
  identifiers: [{ kind: 'customer_number', value: customer }],
});
const invalid: RefusedRecord = {
  status: 'refused',
  reason: 'invalid',
  errors: [{ pointer: '/kind', code: 'required' }],
};
const failed: RefusedRecord = { status: 'refused', reason: 'failed', errors: [] };

const setAside = (records: readonly BusRecord[], outcome = invalid): Promise<readonly Kept[]> =>
  createSetAside({
    ...{ topic, vault: installation.vault, clock: installation.clock, defaultRegion: 'IR' },
    quarantine: createQuarantine(pool),
    anyErasedSince: (personas, since) => anyErasedSince(pool, personas, since),
  })(records.map((one) => ({ record: one, outcome })));
const idOf = (kept: Kept | undefined): string => (kept && 'as' in kept ? kept.as : String(kept?.not));
const operator = () => installation.quarantineAdmin(by, 'test');
const listed = async () => (await operator().list({ limit: 100 })).map(({ id }) => id);
const visit = async (customer: string, id = `of-${customer}`) => {
  const context = { correlationId: 'a'.repeat(32), causationId: 'test' };
  const [result] = await installation.recordTouchpoints([{ ...usable(customer), id }], context);
  expect(result?.status).toBe('accepted');
};
const erase = async (customer: string) => {
  const erased = await installation.eraseCustomer(`customer_number:${customer}`, 'customer_request', { by });
  return erased.ok ? 'erased' : erased.reason.code;
};

describe('a record of Kafka that was refused', () => {
  it('is kept sealed, once, under the topic and the reason', async () => {
    const one = record(broken('s-1'), { key: 'secret key', headers: { ce_extra: 'secret header' } });
    const two = record({ ...usable('s-2') });
    const [first] = await setAside([one]);
    expect([await setAside([one]), await setAside([two], failed)]).toMatchObject([[first], [{}]]);
    expect(await operator().list({ source: topic, limit: 10 })).toMatchObject([
      { id: idOf(first), reasons: [{ pointer: '/kind', code: 'required' }] },
      { reasons: [{ pointer: '', code: 'failed' }] },
    ]);
    const { rows } = await database.owner.query<{ text: string }>('SELECT m::text AS text FROM quarantine.messages m');
    for (const { text } of rows) expect(text).not.toMatch(/s-1|s-2|secret/);
  });

  it('is removed with the erasure of whom it names, in whatever form, and no other is', async () => {
    await visit('e-1');
    const event = { specversion: '1.0', id: 'e', source: '/sources/shop', type: 'touchpoint' };
    const kept = await setAside([
      record(broken('e-1')),
      record([broken('other'), broken('e-1')]),
      record({ ...event, data: broken('e-1') }),
      record({ ...event, subject: 'customer_number: e-1' }),
      record('not JSON', { headers: { ce_specversion: '1.0', ce_subject: 'customer_number:e-1' } }),
      record(broken('e-2')),
      record('{"identifiers":[{"kind":"customer_number","value":"e-1"}'),
    ]);
    expect(await listed()).toHaveLength(7);
    expect(await erase('e-1')).toBe('erased');
    // Whom the last one means nobody can see: it goes after a week.
    expect((await listed()).sort()).toEqual(kept.slice(5).map(idOf).sort());
    await database.owner.query(`UPDATE quarantine.messages SET quarantined_at = $1`, [
      new Date(Date.now() - 8 * DAY_MS),
    ]);
    await (await open()).close();
    expect(await listed()).toEqual([idOf(kept[5])]);
  });

  it('is not kept where it was written before the erasure of whom it names; what is written later is', async () => {
    await visit('b-1');
    expect(await erase('b-1')).toBe('erased');
    await database.owner.query(`UPDATE vault.erasures SET begun_at = begun_at - interval '2 minutes'`);
    const writtenBefore = Date.now() - 130_000;
    expect(
      await setAside([
        record(broken('b-1'), { writtenAt: writtenBefore }),
        record(broken('b-1')),
        record(broken('b-1'), { headers: { 'safar-written-at': new Date(writtenBefore).toISOString() } }),
        record(broken('b-2'), { writtenAt: writtenBefore }),
      ]),
    ).toEqual([{ not: 'erased' }, { as: expect.any(String) as string }, { not: 'erased' }, expect.anything()]);
    expect(await listed()).toHaveLength(2);
    expect(await setAside([record(usable('b-1'))], { ...failed, withoutValue: true })).toEqual([{ not: 'erased' }]);
  });

  it('is not kept where it is too large or there is no room, and then no other is tried', async () => {
    expect(await setAside([record('x'.repeat(80_000)), record('x'.repeat(500_000)), record('x')])).toEqual([
      { not: 'too_large' },
      { not: 'too_large' },
      { as: expect.any(String) as string },
    ]);
    await database.owner.query(
      `INSERT INTO quarantine.messages (id, source, sealed, reasons, quarantined_at, named)
       SELECT gen_random_uuid(), $1, '', '[]', now(), true FROM generate_series(1, 1000)`,
      [topic],
    );
    expect(await setAside([record('y'), record('z')])).toEqual([{ not: 'no_room' }, { not: 'no_room' }]);
  });

  it('leaves room for what others sent, however many of one sender are refused', async () => {
    const of = (source: string) => record({ source });
    const [first] = await setAside([of('broken-shop')]);
    await database.owner.query(
      `INSERT INTO quarantine.messages (id, source, sealed, reasons, quarantined_at, named, sender)
       SELECT gen_random_uuid(), source, '', '[]', now(), true, sender FROM quarantine.messages, generate_series(2, 250)`,
    );
    const event = { ce_specversion: '1.0', ce_source: 'broken-shop' };
    const kept = await setAside([of('broken-shop'), of('shop'), record('x', { headers: event }), record('x')]);
    expect(kept.map((one) => ('as' in one ? 'kept' : one.not))).toEqual(['no_room', 'kept', 'no_room', 'kept']);
    expect(first).toMatchObject({ as: expect.any(String) as string });
    const { rows } = await database.owner.query<{ text: string }>('SELECT m::text AS text FROM quarantine.messages m');
    for (const { text } of rows) expect(text).not.toMatch(/broken-shop/);
  });
});

describe('trying such a record again', () => {
  const events = async (customer: string) => {
    const page = await installation.timelinePage(`customer_number:${customer}`, {
      minPosition: await installation.store.head(),
    });
    return page.ok ? page.value.data.length : page.reason.code;
  };

  it('stores it once, tells it in the audit log, and leaves what is still refused', async () => {
    const [good, bad] = [
      ...(await setAside([record(usable('r-1'))], failed)),
      ...(await setAside([record(broken('r-2'))])),
    ].map(idOf);
    const ids = [good ?? '', bad ?? ''];
    expect(await operator().redrive(ids)).toMatchObject([
      { status: 'accepted' },
      { status: 'refused', reasons: expect.arrayContaining([{ pointer: '/kind', code: 'required' }]) as unknown },
    ]);
    expect(await events('r-1')).toBe(1);
    expect(await operator().get(ids)).toMatchObject([{ id: bad, tries: 1 }]);
    expect((await installation.audit.list({ action: 'quarantine.redriven' })).slice(-1)).toMatchObject([
      { actor: by.actor, outcome: 'succeeded', details: '{"changed":1,"count":2}' },
    ]);
    expect(await operator().redrive(ids)).toMatchObject([{ status: 'not_there' }, { status: 'refused' }]);
    // Refused once more after a crash, and tried again.
    const again = (await setAside([record(usable('r-1'))], failed)).map(idOf);
    expect(await operator().redrive(again)).toMatchObject([{ status: 'duplicate' }]);
    expect(await events('r-1')).toBe(1);
  });

  it('does not bring back who was erased since it was written', async () => {
    await visit('r-3');
    // By the clock of a sender, where the topic goes by that.
    const written = { writtenAt: Date.now() + DAY_MS };
    const kept = (await setAside([record(usable('r-3'), written)], failed)).map(idOf);
    await database.owner.query('REVOKE DELETE ON quarantine.messages FROM safar_app');
    await expect(erase('r-3')).rejects.toThrow(/permission denied/);
    await database.owner.query('GRANT DELETE ON quarantine.messages TO safar_app');
    expect(await operator().redrive(kept)).toMatchObject([{ status: 'not_there' }]);
    expect([await listed(), await events('r-3')]).toEqual([[], 'customer_erased']);
  });
});
