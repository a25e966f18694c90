import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Principal } from '#platform/access';
import { openPiece, PIECE_BYTES, sealPiece } from '#platform/attachments';
import { testDatabase, type TestDatabase } from '#testing';
import { systemClock } from '../clock.js';
import { loadConfig } from '../config/config.js';
import { type Installation, openInstallation } from '../installation.js';
import { migrations } from '../migrations.js';
import { keepAttachments } from './attachments-upkeep.js';
import { bindAttachments } from './bind-attachments.js';
import { openAttachment } from './open-attachment.js';
import { uploadAttachment } from './upload-attachment.js';

const HOUR = 3_600_000;
let database: TestDatabase;
let dataDir: string;
let installation: Installation;
let now = Date.UTC(2026, 2, 21, 12);

const open = () =>
  openInstallation(loadConfig({ SAFAR_DATABASE_URL: database.url, SAFAR_DATA_DIR: dataDir }), { program: 'test' });

beforeAll(async () => {
  database = await testDatabase(migrations);
  dataDir = mkdtempSync(path.join(tmpdir(), 'safar-attachments-'));
  jest.spyOn(systemClock, 'now').mockImplementation(() => now);
  installation = await open();
});
afterAll(async () => {
  await installation.close();
  await database.drop();
  rmSync(dataDir, { recursive: true });
});
beforeEach(async () => {
  await database.owner.query('TRUNCATE attachments.files CASCADE');
});

const ada: Principal = { kind: 'user', id: 'ada', name: 'ada', roles: ['agent'], sessionId: 'ada' };
const bob: Principal = { ...ada, id: 'bob' };
const bytes = Buffer.alloc(2 * PIECE_BYTES + 17, 'بسته ');

async function uploaded(name = 'a.txt'): Promise<string> {
  const { once, attachments } = installation;
  const request = { principal: ada, correlationId: 'c'.repeat(32) };
  const taken = await uploadAttachment({ ...attachments, once }, { name, declared: 'text/plain', bytes }, request);
  if (!taken.ok) throw new Error(JSON.stringify(taken.reason));
  return taken.value.id;
}

async function keyOf(persona: string) {
  const key = (await installation.vault.currentKeys([persona])).get(persona);
  if (!key) throw new Error('no key');
  return key;
}
const bind = async (persona: string, ...ids: readonly string[]) =>
  bindAttachments(installation.attachments, await keyOf(persona), ids);

async function read(id: string, principal = ada): Promise<Buffer | string> {
  const opened = await openAttachment(installation.attachments, id, principal);
  if (!opened.ok) return opened.reason.code;
  const pieces: Uint8Array[] = [];
  for await (const piece of opened.value.bytes()) pieces.push(piece);
  return Buffer.concat(pieces);
}
const keep = () => keepAttachments({ ...installation.attachments, ...installation, ...upkeepOf(installation) });
const upkeepOf = ({ attachments: { attachments } }: Installation) => ({
  attachments: attachments as unknown as Parameters<typeof keepAttachments>[0]['attachments'],
});
const kept = async (): Promise<readonly string[]> =>
  (await database.owner.query<{ id: string }>('SELECT id FROM attachments.files')).rows.map(({ id }) => id);

describe('an upload', () => {
  it('is kept sealed, and is only its sender’s until something refers to it', async () => {
    const id = await uploaded('canary.txt');
    const { rows } = await database.owner.query<{ row: string; bytes: Buffer }>(
      'SELECT f::text AS row, p.bytes FROM attachments.files f JOIN attachments.pieces p ON p.file_id = f.id',
    );
    expect(rows).toHaveLength(3);
    for (const row of rows) {
      expect(row.row).not.toContain('canary');
      expect(row.bytes.includes('بسته')).toBe(false);
    }
    expect(await read(id)).toEqual(bytes);
    expect(await read(id, bob)).toBe('attachment_not_found');
    expect(await bind(randomUUID(), id)).toEqual([]);
    expect(await read(id, bob)).toEqual(bytes);
  });

  it('goes after a day, with the key of its day; what was used stays', async () => {
    const used = await uploaded();
    const unused = await uploaded();
    const persona = randomUUID();
    await bind(persona, used);
    now += 24 * HOUR;
    expect(await read(unused)).toBe('attachment_not_found');
    expect(await bind(persona, unused)).toEqual([unused]);
    await keep();
    expect(await kept()).toEqual([used]);
    const live = async () =>
      (await database.owner.query(`SELECT FROM vault.keys WHERE wrapped_key IS NOT NULL`)).rowCount ?? 0;
    const before = await live();
    now += 26 * HOUR;
    await keep();
    // One day's; those of customers are there.
    expect(await live()).toBe(before - 1);
    expect(await installation.vault.pendingErasures()).toEqual([]);
    await keep();
    expect(await read(used)).toEqual(bytes);
    expect(await installation.audit.list({ action: 'attachments.expired', limit: 5 })).toMatchObject([
      { actor: { kind: 'system' }, details: '{"count":1}' },
    ]);
  });

  it('is refused to somebody who has brought fifty times what may lie about, also where it is all in use', async () => {
    await bind(randomUUID(), await uploaded());
    await database.owner.query(
      `INSERT INTO attachments.files SELECT gen_random_uuid(), uploader, media_type, 2000000000, persona_id, incarnation, sealed,
         uploaded_at, NULL, true FROM attachments.files CROSS JOIN generate_series(1, 3)`,
    );
    await expect(uploaded()).rejects.toThrow(/too_many_unused_attachments/);
    now += 25 * HOUR;
    expect(await uploaded()).toEqual(expect.any(String));
  });

  it('that breaks off leaves nothing', async () => {
    const { attachments } = installation.attachments;
    const write = jest.spyOn(attachments, 'writePiece').mockRejectedValueOnce(new Error('no room'));
    await expect(uploaded()).rejects.toThrow('no room');
    write.mockRestore();
    expect(await kept()).toEqual([]);
  });
});

describe('a file that something refers to', () => {
  it('is one customer’s, of two that name it at once', async () => {
    const id = await uploaded();
    const personas = [randomUUID(), randomUUID()];
    const left = await Promise.all(personas.map((persona) => bind(persona, id)));
    expect(left.map((each) => each.length).sort()).toEqual([0, 1]);
    const owner = personas[left.findIndex((each) => each.length === 0)] ?? '';
    // The same again, by whoever died before they could store what refers to it.
    expect(await bind(owner, id, id)).toEqual([]);
  });

  it('goes with the key of its customer, and stays away when an old copy of it comes back', async () => {
    const persona = randomUUID();
    const id = await uploaded();
    await bind(persona, id);
    const copies = await Promise.all(
      ['vault.keys', 'attachments.files', 'attachments.pieces'].map(async (table) => ({
        table,
        rows: (await database.owner.query<{ rows: string }>(`SELECT json_agg(t)::text AS rows FROM ${table} t`)).rows,
      })),
    );
    await installation.vault.destroy([persona]);
    // Bound by whoever had the key in hand while it was destroyed: what they wrote cannot be read, and goes.
    expect(await read(id)).toBe('attachment_not_found');
    await keep();
    expect(await kept()).toEqual([]);

    await installation.close();
    // As from a backup: the key is there again, and the ledger says that it must not be.
    await database.owner.query('TRUNCATE vault.keys, vault.erasures');
    for (const { table, rows } of copies)
      await database.owner.query(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`, [
        rows[0]?.rows,
      ]);
    expect(await kept()).toEqual([id]);
    installation = await open();
    expect(await read(id)).toBe('attachment_not_found');
    expect(await kept()).toEqual([]);
  });

  it('is not bound under a key that was destroyed, by whoever still has it in hand: the next try has it', async () => {
    const persona = randomUUID();
    const id = await uploaded();
    const old = await keyOf(persona);
    await installation.vault.destroy([persona]);
    await installation.vault.completeErasures(await installation.vault.pendingErasures([persona]));
    expect(await bindAttachments(installation.attachments, old, [id])).toEqual([id]);
    expect(await bind(persona, id)).toEqual([]);
    expect(await read(id)).toEqual(bytes);
  });

  it('is not sealed again for somebody who came after the erasure', async () => {
    const persona = randomUUID();
    const id = await uploaded();
    const old = await keyOf(persona);
    await bindAttachments(installation.attachments, old, [id]);
    await installation.vault.destroy([persona]);
    await installation.vault.completeErasures(await installation.vault.pendingErasures([persona]));
    expect((await keyOf(persona)).incarnation).toBe(2);
    expect(await bind(persona, id)).toEqual([id]);
    expect(await read(id)).toBe('attachment_not_found');
  });
});

it('a piece of a file that is moved, cut or changed is noticed', () => {
  const key = Buffer.alloc(32, 1);
  const place = { id: randomUUID(), number: 0, of: 2 };
  const sealed = sealPiece(key, place, Buffer.from('piece'));
  expect(String(openPiece(key, place, sealed))).toBe('piece');
  for (const other of [{ number: 1 }, { of: 1 }, { id: randomUUID() }])
    expect(() => openPiece(key, { ...place, ...other }, sealed)).toThrow('does not open');
  expect(() => openPiece(key, place, Buffer.concat([sealed, Buffer.alloc(1)]))).toThrow('does not open');
  expect(() => openPiece(key, place, sealed.subarray(0, 20))).toThrow('too short');
});
