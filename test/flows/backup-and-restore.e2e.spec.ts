import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { loadConfig, openInstallation, type Installation } from '#wiring';
import { openAttachment } from '../../libs/wiring/src/attachments/open-attachment.js';
import { uploadAttachment } from '../../libs/wiring/src/attachments/upload-attachment.js';
import { root, startCli } from './support/safar-process.js';

const person = (id: string, number: string) => ({
  ...{ id, source: 'shop', kind: 'complaint', occurredAt: '2026-03-20T10:00:00Z' },
  identifiers: [{ kind: 'customer_number', value: number }],
  profile: { name: `canary-${number}` },
  data: { text: `canary-${number} is not well` },
});

const agent = { kind: 'user', id: 'ada', name: 'ada', roles: ['agent'], sessionId: 'ada' } as const;

/** A message with a file of its own; answers the file's id. */
async function sendFile({ attachments, once, recordTouchpoints }: Installation, number: string): Promise<string> {
  const request = { principal: agent, correlationId: 'a'.repeat(32) };
  const sent = { name: 'a.txt', declared: 'text/plain', bytes: Buffer.from(`file of ${number}`) };
  const uploaded = await uploadAttachment({ ...attachments, once }, sent, request);
  if (!uploaded.ok) throw new Error(JSON.stringify(uploaded.reason));
  const { id, name, mediaType } = uploaded.value;
  const message = {
    ...person(`file-${number}`, number),
    ...{ kind: 'message', data: { author: 'customer', attachments: [{ id, name, mediaType }] } },
  };
  const [result] = await recordTouchpoints([message], { correlationId: 'a'.repeat(32), causationId: 'test' });
  if (result?.status !== 'accepted') throw new Error(JSON.stringify(result));
  return id;
}

async function fileOf({ attachments }: Installation, id: string): Promise<string> {
  const opened = await openAttachment(attachments, id, { ...agent, id: 'bob' });
  if (!opened.ok) return opened.reason.code;
  let text = '';
  for await (const piece of opened.value.bytes()) text += Buffer.from(piece).toString();
  return text;
}

/** The commands of the section on restoring, as the document has them. */
const commands = Array.from(
  readFileSync(path.join(root, 'docs/how-to/backup-and-restore.md'), 'utf8').matchAll(/npm run -s safar -- (.+)/g),
  ([, command = '']) => command.split(' '),
);

describe('a backup that was made before somebody was erased', () => {
  const server = new URL(process.env['SAFAR_TEST_POSTGRES_URL'] ?? 'postgres://unset');
  const databases = ['running', 'restored', 'without_ledger'].map((name) => `backup_${name}_${String(process.pid)}`);
  const [running = '', restored = '', withoutLedger = ''] = databases;
  const folders: string[] = [];
  let admin: pg.Client;

  const urlOf = (database: string): string => Object.assign(new URL(server), { pathname: `/${database}` }).toString();
  const folder = (): string => {
    const made = mkdtempSync(path.join(tmpdir(), 'safar-backup-'));
    folders.push(made);
    return made;
  };
  const settings = (database: string, dataDir: string) => ({
    SAFAR_DATABASE_URL: urlOf(database),
    SAFAR_DATA_DIR: dataDir,
  });

  async function withOpen<Value>(
    database: string,
    dataDir: string,
    work: (installation: Installation) => Promise<Value>,
  ): Promise<Value> {
    const installation = await openInstallation(loadConfig(settings(database, dataDir)), { program: 'test' });
    try {
      installation.startProjections({ pollMs: 20, leaseMs: 500 });
      return await work(installation);
    } finally {
      await installation.close();
    }
  }

  async function safar(dataDir: string, database: string, ...parameters: string[]): Promise<string> {
    const child = startCli(dataDir, parameters, settings(database, dataDir));
    child.stdin?.end();
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += String(chunk)));
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`safar ${parameters.join(' ')} ended with ${String(code)}:\n${output}`);
    return output;
  }

  /** Everything in every table, as a plain dump has it. */
  async function dump(database: string): Promise<string> {
    const client = new pg.Client(urlOf(database));
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    let text = '';
    for (const { name } of rows) {
      const table = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} AS t`);
      text += table.rows.map(({ row }) => row).join('\n');
    }
    await client.end();
    return text;
  }

  /** A copy as pg_dump makes it: the read models are left out, their tables are there. */
  async function backUp(from: string, to: string): Promise<void> {
    await admin.query(`CREATE DATABASE ${to} TEMPLATE ${from}`);
    const client = new pg.Client(urlOf(to));
    await client.connect();
    await client.query(`DO $$ DECLARE t record; BEGIN
      FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'rm' LOOP EXECUTE format('TRUNCATE rm.%I', t.tablename); END LOOP; END $$`);
    await client.end();
  }

  beforeAll(async () => {
    admin = new pg.Client(server.toString());
    await admin.connect();
    await admin.query(`CREATE DATABASE ${running}`);
  });
  afterAll(async () => {
    for (const name of databases) await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.end();
    for (const made of folders) rmSync(made, { recursive: true, force: true });
  });

  it('is restored by the documented commands, and the erased person stays unreadable', async () => {
    const dataDir = folder();
    const touchpoints = [person('1', '100'), person('2', '100'), person('3', '200')];
    const context = { correlationId: 'a'.repeat(32), causationId: 'test' };
    const files: string[] = [];
    const position = await withOpen(running, dataDir, async (installation) => {
      for (const number of ['100', '200']) files.push(await sendFile(installation, number));
      const results = await installation.recordTouchpoints(touchpoints, context);
      const last = results.at(-1);
      if (last?.status !== 'accepted') throw new Error(JSON.stringify(results));
      const minPosition = BigInt(last.position);
      expect(await installation.timelinePage('customer_number:100', { minPosition })).toMatchObject({ ok: true });
      return minPosition;
    });
    await backUp(running, restored);
    await backUp(running, withoutLedger);
    await safar(dataDir, running, 'erase', 'customer_number:100', '--yes');

    expect(commands.length).toBeGreaterThan(4);
    for (const command of commands) await safar(dataDir, restored, ...command);

    await withOpen(restored, dataDir, async (installation) => {
      expect(installation.store.epoch).toBe(2n);
      const minPosition = await installation.store.head();
      // The erasure was told to the restored log, too.
      expect(minPosition).toBe(position + 1n);
      const [gone, other] = await Promise.all(
        ['100', '200'].map((number) => installation.timelinePage(`customer_number:${number}`, { minPosition })),
      );
      expect(gone).toMatchObject({ ok: false, reason: { code: 'customer_erased' } });
      expect(other).toMatchObject({
        ok: true,
        value: { data: [{ details: { text: 'canary-200 is not well' } }, { kind: 'message' }] },
      });
      expect(await Promise.all(files.map((id) => fileOf(installation, id)))).toEqual([
        'attachment_not_found',
        'file of 200',
      ]);
      expect(await installation.audit.list({ action: 'store.epoch_raised', limit: 5 })).toMatchObject([
        { outcome: 'succeeded', details: expect.stringContaining('"epoch":"2"') },
      ]);
    });
    const everything = await dump(restored);
    expect(everything).toContain('canary-200');
    expect(everything).not.toContain('canary-100');

    // What the ledger is for: without it the same backup brings them back.
    const forgetful = folder();
    copyFileSync(path.join(dataDir, 'master.key'), path.join(forgetful, 'master.key'));
    for (const command of commands) await safar(forgetful, withoutLedger, ...command);
    expect(await dump(withoutLedger)).toContain('canary-100');
  }, 240_000);
});
