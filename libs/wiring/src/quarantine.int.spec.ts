import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { personaOf } from '#capabilities';
import { createPool } from '#platform/postgres';
import { createQuarantine } from '#platform/quarantine';
import { testDatabase, type TestDatabase } from '#testing';
import { loadConfig } from './config/config.js';
import { type Installation, openInstallation } from './installation.js';
import { sealMessage } from './quarantined-message.js';

const DAY_MS = 86_400_000;
let database: TestDatabase;
let dataDir: string;
let installation: Installation;
const open = () =>
  openInstallation(loadConfig({ SAFAR_DATABASE_URL: database.url, SAFAR_DATA_DIR: dataDir }), { program: 'test' });

beforeAll(async () => {
  database = await testDatabase([]);
  dataDir = mkdtempSync(path.join(tmpdir(), 'safar-quarantine-'));
  installation = await open();
  installation.startProjections({ pollMs: 20 });
});
afterAll(async () => {
  await installation.close();
  await database.drop();
  rmSync(dataDir, { recursive: true });
});
beforeEach(async () => {
  await database.owner.query('TRUNCATE quarantine.messages CASCADE');
});

const by = { actor: { kind: 'operator', id: 'op' } } as const;
const operator = () => installation.quarantineAdmin(by, 'test');
const context = { correlationId: 'a'.repeat(32), causationId: 'test', source: 'shop', strict: false } as const;
/** No purchase has an amount below nothing: whoever it names, it is no touchpoint. */
const broken = (n: number | string, who: object) => ({
  ...{ type: 'track', event: 'Order Completed', messageId: `m-${String(n)}`, timestamp: '2026-03-20T10:00:00Z' },
  ...{ properties: { order_id: '1', currency: 'GBP', total: -1 }, ...who },
});
const send = async (...messages: unknown[]) =>
  (await installation.recordMessages(messages, { ...context, language: 'en', receivedAt: Date.now() })).map(
    ({ status }) => status,
  );
/** A message that a rule of that day refused, and none of today's would. */
const keepUsable = async (userId: string): Promise<string> => {
  const pool = createPool({ url: database.url, max: 1, applicationName: 'quarantine test' });
  const message = {
    type: 'track',
    event: 'Looked',
    userId,
    messageId: `m-${userId}`,
    timestamp: '2026-03-20T10:00:00Z',
  };
  const kept = { message, receivedAt: Date.now() };
  const usable = await sealMessage({ ...installation, defaultRegion: 'IR' }, kept, 'shop', []);
  await createQuarantine(pool).put(usable);
  await pool.end();
  return usable.id;
};
const ids = async (): Promise<string[]> =>
  (
    await database.owner.query<{ id: string }>('SELECT id FROM quarantine.messages ORDER BY quarantined_at, id')
  ).rows.map(({ id }) => id);
const visit = async (customer: string) => {
  const touchpoint = {
    ...{ id: `of-${customer}`, source: 'shop', kind: 'visit', occurredAt: '2026-03-20T10:00:00Z', data: {} },
    identifiers: [{ kind: 'customer_number', value: customer }],
  };
  const [result] = await installation.recordTouchpoints([touchpoint], context);
  expect(result?.status).toBe('accepted');
};
const erase = async (reference: string) => {
  const erased = await installation.eraseCustomer(reference, 'customer_request', { by });
  return erased.ok ? 'erased' : erased.reason.code;
};
const told = async (action: string) => (await installation.audit.list({ action: `quarantine.${action}` })).slice(-1);

describe('what comes with a key that everybody can read', () => {
  it('is stored as its browser’s, not as theirs whom it names, and not kept when it cannot be used', async () => {
    await visit('known');
    const browser = '7d0a1f6e-52c3-4b8e-9a41-0c5d6e7f8a9b';
    const identify = { type: 'identify', userId: 'known', anonymousId: browser, messageId: 'c-1' };
    const results = await installation.recordMessages(
      [identify, broken(1, { anonymousId: 'guessed' }), { ...identify, messageId: 'c-2', type: 'nonsense' }],
      { ...context, isClaimed: true, language: 'en', receivedAt: Date.now() },
    );
    expect(results.map(({ status }) => status)).toEqual(['accepted', 'refused', 'refused']);
    expect(await ids()).toEqual([]);
    const own = personaOf({ kind: 'anonymous_id', value: browser }, installation.vault.uuid);
    expect(results[0]).toMatchObject({ customerId: own.id });
  });
});

describe('erasing a customer', () => {
  it('removes what is quarantined and names them in any way, and nothing of others', async () => {
    await visit('e-1');
    expect(
      await send(
        broken(1, { userId: 'e-1' }),
        broken(2, { userId: 'e-2' }),
        broken(3, { anonymousId: 'a-3', traits: { email: 'e@example.com' } }),
        { type: 'alias', userId: 'e-4', previousId: 'e-1', timestamp: 'never' },
        { type: 'nonsense', userId: ' e-1 ' },
      ),
    ).toEqual(Array(5).fill('quarantined'));
    const before = await ids();
    expect(await erase('customer_number:e-1')).toBe('erased');
    const left = await ids();
    expect(left).toHaveLength(2);
    const redriven = await operator().redrive(before);
    expect(redriven.map(({ status }) => status).sort()).toEqual([
      'not_there',
      'not_there',
      'not_there',
      'refused',
      'refused',
    ]);
    expect(await ids()).toEqual(left);
  });

  it('removes what names somebody of whom nothing else is known', async () => {
    await send(broken(1, { userId: 'only-here' }), broken(2, { userId: 'other' }));
    const position = await installation.store.head();
    await installation.readModels.waitUntil('customer-erasures', position, 60_000);
    expect(await erase('customer_number:only-here')).toBe('customer_not_found');
    expect(await ids()).toHaveLength(1);
  });

  it('is completed at the next start when it could not reach the quarantine, or the process died there', async () => {
    await visit('e-5');
    await send(broken(1, { userId: 'e-5' }), broken(2, { userId: 'other' }));
    await database.owner.query('REVOKE DELETE ON quarantine.messages FROM safar_app');
    await expect(erase('customer_number:e-5')).rejects.toThrow(/permission denied/);
    await database.owner.query('GRANT DELETE ON quarantine.messages TO safar_app');
    expect(await ids()).toHaveLength(2);
    const { rows: pending } = await database.owner.query('SELECT FROM vault.erasures WHERE done_at IS NULL');
    expect(pending).toHaveLength(1);
    await (await open()).close();
    expect(await ids()).toHaveLength(1);
    expect((await database.owner.query('SELECT FROM vault.erasures WHERE done_at IS NULL')).rows).toEqual([]);
  });

  it('reaches what was quarantined before it was written down whom it names', async () => {
    await visit('e-6');
    await send(broken(1, { userId: 'e-6' }), broken(2, { userId: 'other' }));
    await database.owner.query('DELETE FROM quarantine.personas; UPDATE quarantine.messages SET named = false');
    expect(await erase('customer_number:e-6')).toBe('erased');
    expect(await ids()).toHaveLength(1);
  });

  it('before the quarantine knew whom it names is made good at the next start', async () => {
    await visit('e-7');
    await send(broken(1, { userId: 'e-7' }), broken(2, { userId: 'other' }));
    await database.owner.query(
      'CREATE TABLE kept AS SELECT * FROM quarantine.messages; UPDATE kept SET named = false; TRUNCATE quarantine.messages CASCADE',
    );
    expect(await erase('customer_number:e-7')).toBe('erased');
    await database.owner.query('INSERT INTO quarantine.messages SELECT * FROM kept; DROP TABLE kept');
    await (await open()).close();
    expect(await ids()).toHaveLength(1);
  });

  it('is repeated when a backup from before it is restored, with what was quarantined then', async () => {
    await visit('e-10');
    await send(broken(1, { userId: 'e-10' }), broken(2, { userId: 'other' }));
    const tables = ['quarantine.messages', 'quarantine.personas', 'vault.keys'];
    for (const table of tables)
      await database.owner.query(`CREATE TABLE ${table.replace('.', '_')} AS SELECT * FROM ${table}`);
    expect(await erase('customer_number:e-10')).toBe('erased');
    expect(await ids()).toHaveLength(1);
    // As it was then: the key is there, and nothing in the database knows of the erasure.
    await database.owner.query('TRUNCATE quarantine.messages, vault.keys, vault.erasures CASCADE');
    for (const table of tables) {
      const kept = table.replace('.', '_');
      await database.owner.query(`INSERT INTO ${table} SELECT * FROM ${kept}; DROP TABLE ${kept}`);
    }
    expect(await ids()).toHaveLength(2);
    await (await open()).close();
    expect(await ids()).toHaveLength(1);
  });

  it('is not kept from it by a message that was tampered with', async () => {
    await visit('e-8');
    await send(broken(1, { userId: 'e-8' }));
    await database.owner.query(
      `DELETE FROM quarantine.personas; UPDATE quarantine.messages SET named = false, sealed = reverse(sealed)`,
    );
    expect(await erase('customer_number:e-8')).toBe('erased');
  });
});

describe('what came before an erasure', () => {
  const known = async (customer: string) =>
    installation.timelinePage(`customer_number:${customer}`, { minPosition: await installation.store.head() });

  it('is not brought back by trying it again while the erasure waits for its end', async () => {
    await visit('r-1');
    const usable = await keepUsable('r-1');
    await database.owner.query('REVOKE DELETE ON quarantine.messages FROM safar_app');
    await expect(erase('customer_number:r-1')).rejects.toThrow(/permission denied/);
    await database.owner.query('GRANT DELETE ON quarantine.messages TO safar_app');
    expect(await operator().redrive([usable])).toMatchObject([{ status: 'not_there' }]);
    expect(await ids()).toEqual([]);
    expect(await known('r-1')).toMatchObject({ ok: false });
  });

  it('is not stored when another process erases them between its key and the store', async () => {
    await visit('r-2');
    const usable = await keepUsable('r-2');
    const other = await open();
    const stillThere = jest.fn(async () => {
      const [message] = await operator().get([usable]);
      // Once, when it was found there: the erasure of another process is whole before the store is asked.
      if (stillThere.mock.calls.length === 1)
        await other.eraseCustomer('customer_number:r-2', 'customer_request', { by });
      return message !== undefined;
    });
    const touchpoint = {
      ...{ id: 'again', source: 'shop', kind: 'visit', occurredAt: '2026-03-20T10:00:00Z', data: {} },
      identifiers: [{ kind: 'customer_number', value: 'r-2' }],
    };
    expect(await installation.recordTouchpoints([touchpoint], { ...context, stillThere })).toMatchObject([
      { status: 'refused', code: 'not_stored' },
    ]);
    expect(stillThere).toHaveBeenCalledTimes(2);
    expect(await known('r-2')).toMatchObject({ ok: false });
    await other.close();
  });

  it('does not stand in the way of what comes after it', async () => {
    await visit('r-3');
    expect(await erase('customer_number:r-3')).toBe('erased');
    const usable = await keepUsable('r-3');
    expect(await operator().redrive([usable])).toMatchObject([{ status: 'accepted' }]);
    expect(await ids()).toEqual([]);
  });
});

describe('a quarantined message that names nobody', () => {
  it('is kept for a week, and the audit log tells of its end', async () => {
    await send({ type: 'nonsense' }, broken(1, { userId: 'null' }), broken(2, { userId: 'e-9' }), 17);
    const age = (ms: number) =>
      database.owner.query(`UPDATE quarantine.messages SET quarantined_at = $1`, [new Date(Date.now() - ms)]);
    await age(7 * DAY_MS - 60_000);
    await (await open()).close();
    expect(await ids()).toHaveLength(4);
    await age(7 * DAY_MS + 60_000);
    await (await open()).close();
    expect(await ids()).toHaveLength(1);
    expect(await told('expired')).toMatchObject([
      { actor: { kind: 'system' }, outcome: 'succeeded', details: '{"count":3}' },
    ]);
  });
});

describe('the audit log tells of', () => {
  const gone = ['0f7b5c1e-1111-8222-8333-444455556666', 'no id'];

  it('messages that were tried again and are refused again', async () => {
    await send(broken(1, { userId: 'a-1' }));
    expect(await operator().redrive(await ids())).toMatchObject([{ status: 'refused' }]);
    expect(await told('redriven')).toMatchObject([
      { outcome: 'refused', details: '{"changed":0,"count":1,"reason":"still_invalid"}' },
    ]);
  });

  it('acts upon messages that are not there', async () => {
    expect(await operator().redrive(gone)).toMatchObject([{ status: 'not_there' }, { status: 'not_there' }]);
    expect(await operator().discard(gone)).toBe(0);
    for (const action of ['redriven', 'discarded'])
      expect(await told(action)).toMatchObject([
        { outcome: 'refused', details: '{"changed":0,"count":2,"reason":"not_there"}' },
      ]);
  });

  it('a redrive that breaks off, with what had been done by then', async () => {
    const usable = await keepUsable('a-4');
    await send(broken(1, { userId: 'a-1' }));
    const others = (await ids()).filter((id) => id !== usable);
    await database.owner.query('REVOKE UPDATE (reasons) ON quarantine.messages FROM safar_app');
    await expect(operator().redrive([usable, ...others])).rejects.toThrow(/permission denied/);
    await database.owner.query('GRANT UPDATE (reasons) ON quarantine.messages TO safar_app');
    expect(await ids()).toEqual(others);
    expect(await told('redriven')).toMatchObject([
      { outcome: 'failed', details: '{"changed":1,"count":2,"reason":"error"}' },
    ]);
  });

  it('a discard that fails, and has done nothing', async () => {
    await send(broken(1, { userId: 'a-1' }), broken(2, { userId: 'a-2' }));
    await database.owner.query('REVOKE DELETE ON quarantine.messages FROM safar_app');
    await expect(operator().discard(await ids())).rejects.toThrow(/permission denied/);
    await database.owner.query('GRANT DELETE ON quarantine.messages TO safar_app');
    expect(await ids()).toHaveLength(2);
    expect(await told('discarded')).toMatchObject([{ outcome: 'failed', details: '{"count":2,"reason":"error"}' }]);
    expect(await installation.audit.verify()).toMatchObject({ ok: true });
  });
});
