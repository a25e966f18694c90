import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { backlog, serviceReport } from '#capabilities';
import { testDatabase, type TestDatabase } from '#testing';
import { loadConfig } from '../config/config.js';
import { type Installation, openInstallation } from '../installation.js';
import { migrations } from '../migrations.js';

let database: TestDatabase;
let dataDir: string;
let installation: Installation;

beforeAll(async () => {
  database = await testDatabase(migrations);
  dataDir = mkdtempSync(path.join(tmpdir(), 'safar-reports-'));
  installation = await openInstallation(loadConfig({ SAFAR_DATABASE_URL: database.url, SAFAR_DATA_DIR: dataDir }), {
    program: 'reports',
  });
  installation.startProjections({ pollMs: 20 });
  for (const model of ['response-facts', 'queue'])
    if (!(await installation.readModels.waitUntil(model, 0n, 60_000))) throw new Error('not there');
});
afterAll(async () => {
  await installation.close();
  await database.drop();
  rmSync(dataDir, { recursive: true });
});

const DAY_MS = 86_400_000;
const now = Date.now();

/** Rows as the folds leave them, written as they are: what is tested is how they are counted. */
async function write(model: string, row: Readonly<Record<string, string>>, rows = 1): Promise<void> {
  const values = Object.entries(row).map(([name, value]) => `${value} AS ${name}`);
  await installation.readModels.query(
    `INSERT INTO {${model}} (${Object.keys(row).join(', ')}) SELECT ${values.join(', ')} FROM generate_series(1, ${String(rows)}) AS n`,
    [],
  );
}

const ago = (days: number): string => `timestamptz '${new Date(now - days * DAY_MS).toISOString()}'`;
const conversations = (team: string, days: number, stage = 'active') => ({
  conversation_id: `md5('${team}' || n)::uuid`,
  ...{ customer_id: `md5('c' || n)::uuid`, team: `'${team}'`, agent: `'nobody'`, at: ago(days), stage: `'${stage}'` },
  ...{ name: `'conversation'`, fact: `'conversation'` },
});
const resolutions = (team: string, days: number, columns: Readonly<Record<string, string>>) => ({
  ...conversations(team, days),
  ...{ name: `'resolution'`, fact: `'wait'`, kind: `'resolution'`, elapsed_ms: '1000', ...columns },
});

const reported = async (team: string) => {
  const range = { from: now - 30 * DAY_MS, to: now + DAY_MS, by: 'team', calendar: 'gregorian', team } as const;
  const { groups } = await installation.reports.count((models) =>
    serviceReport(models, { ...range, now, position: 0n }),
  );
  return groups[0];
};

describe('a report of how customers were served', () => {
  it('judges no resolution before its seven days are over, however it went until then', async () => {
    const reopened = `CASE WHEN n <= 10 THEN ${ago(0.5)} END`;
    await write('response-facts', resolutions('young', 1, { replies: '1 + n % 2', reopened_at: reopened }), 100);
    expect(await reported('young')).toMatchObject({
      oneTouch: { of: 100, count: 0, pending: 100, percent: null },
      reopened: { of: 100, count: 0, pending: 100, percent: null },
    });
    const soon = `CASE WHEN n <= 10 THEN ${ago(19)} WHEN n <= 20 THEN ${ago(12)} END`;
    await write('response-facts', resolutions('old', 20, { replies: '1 + n % 2', reopened_at: soon }), 100);
    expect(await reported('old')).toMatchObject({
      oneTouch: { of: 100, count: 45, pending: 0, percent: 45 },
      reopened: { of: 100, count: 10, pending: 0, percent: 10 },
    });
  });

  it('leaves out spam and merged conversations altogether, but for verdicts', async () => {
    for (const stage of ['spam', 'merged', 'active']) {
      await write('response-facts', { ...conversations('mixed', 20, stage), conversation_id: `md5('${stage}')::uuid` });
      const own = { conversation_id: `md5('${stage}')::uuid`, replies: '1' };
      await write('response-facts', resolutions('mixed', 20, own));
      const clock = { fact: `'clock'`, name: `'7'`, business_ms: '500', verdict: `'breached'` };
      await write('response-facts', { ...resolutions('mixed', 20, { ...own, ...clock }), replies: 'NULL::integer' });
    }
    expect(await reported('mixed')).toMatchObject({
      ...{ opened: 1, resolution: { calendar: { n: 1 }, business: { n: 1 } } },
      ...{ oneTouch: { of: 1, count: 1 }, reopened: { of: 1 }, compliance: { all: { breached: 3 } } },
    });
  });
});

it('the backlog tells since when we are waited for, not since when we wait', async () => {
  const row = (id: string, category: string, days: number) => ({
    ...{ conversation_id: `md5('${id}')::uuid`, until_position: '0', customer_id: `md5('c')::uuid`, kept: `'queued'` },
    ...{ since_at: ago(days), since_position: '1', stage: `'active'`, category: `'${category}'`, status: `'s'` },
    ...{
      agent: `'nobody'`,
      priority: `'normal'`,
      rank: '2',
      tags: `'[]'::json`,
      labels: `'[]'::jsonb`,
      clocks: `'[]'::json`,
      promises: `'[]'::json`,
    },
    ...{ turn_since: ago(days), waiting_since: ago(days), due_at: `timestamptz '9999-12-31'`, version: '1' },
    ...{ opened_at: ago(days), last_message_at: ago(days) },
  });
  await write('queue', row('asked', 'waiting_customer', 9));
  await write('queue', row('ours', 'open', 2));
  await write('queue', { ...row('back', 'snoozed', 4), snoozed_until: ago(1), waiting_since: ago(3) });
  await write('queue', { ...row('aside', 'snoozed', 8), snoozed_until: ago(-1) });
  const of = (by: 'total' | 'category') => backlog(installation.readModels, { at: now, past: false, by, position: 0n });
  const oldest = new Date(now - 3 * DAY_MS).toISOString();
  expect((await of('total')).groups).toMatchObject([{ conversations: 4, snoozed: 1, oldestWaitingSince: oldest }]);
  expect((await of('category')).groups.map(({ key, oldestWaitingSince }) => [key, oldestWaitingSince])).toEqual([
    ['open', oldest],
    ['snoozed', null],
    ['waiting_customer', null],
  ]);
});

it('reports have connections of their own, and the server ends what takes too long', async () => {
  const settings = await installation.reports.count((models) =>
    models.query<{ readonly limit: string }>(
      `SELECT current_setting('statement_timeout') AS limit FROM {queue} LIMIT 1`,
      [],
    ),
  );
  expect(settings).toEqual([{ limit: '30s' }]);
});
