import { readFileSync } from 'node:fs';
import path from 'node:path';
import { listQueue } from '#capabilities';
import { openRunning, type Running } from './support/imported-conversations.js';
import { waysOfComplaints } from './support/complaint-ways.js';
import { asCounted, historiesInFile, historiesInLog, resolutionFigures } from './support/incident-histories.js';

const fixture = (name: string): string => path.resolve(__dirname, '../fixtures', name, 'excerpt.csv');

let running: Running;
beforeAll(async () => {
  running = await openRunning();
});
afterAll(() => running.close());

it('incidents of another system become conversations with the same states at the same times', async () => {
  const file = fixture('incident-servicenow');
  const expected = historiesInFile(readFileSync(file, 'utf8'));
  await running.import('incident-servicenow', file);
  await running.takenUp(expected.length, 120_000);
  const events = await running.conversations();
  const found = historiesInLog(events);
  expect(asCounted(found.values())).toEqual(asCounted(expected));

  // What lists show of it is the last resolution, as the log has it.
  const { readModels, store } = running.installation;
  expect(await readModels.waitUntil('conversations', await store.head(), 60_000)).toBe(true);
  const rows = await readModels.query<{ id: string; opened_at: number; resolved_at: number; channel: string }>(
    'SELECT conversation_id AS id, opened_at, resolved_at, channel FROM {conversations}',
    [],
  );
  expect(rows).toHaveLength(expected.length);
  for (const row of rows) {
    expect([row.channel, (row.resolved_at - row.opened_at) / 1000]).toEqual([
      'phone',
      found.get(row.id)?.lastResolvedS,
    ]);
  }

  // Reports say the same of it, in calendar and in business time.
  const report = await running.report('2016-02-01T00:00:00Z', expected.length, 120_000);
  expect(report.resolution).toEqual(resolutionFigures(expected));
  expect([report.opened, report.reopened?.of]).toEqual([expected.length, expected.length]);
  // Nobody told how they were answered.
  expect(report.oneTouch).toMatchObject({ of: 0, percent: null });

  // Importing twice changes nothing.
  await running.import('incident-servicenow', file);
  expect(await running.conversations()).toHaveLength(events.length);
});

it('complaints arrive in the queue by the five ways they came, and can be told apart there', async () => {
  const file = fixture('cfpb-complaints');
  const expected = waysOfComplaints(readFileSync(file, 'utf8'));
  expect(Object.keys(expected).sort()).toEqual(['fax', 'letter', 'phone', 'referral', 'web']);

  const begun = Date.now();
  const before = (await running.conversations()).filter(({ type }) => type === 'conversation.opened').length;
  await running.import('cfpb-complaints', file);
  const complaints = Object.values(expected).reduce((sum, count) => sum + count, 0);
  await running.takenUp(before + complaints, 120_000);
  expect(await running.queuedComplaints()).toEqual(expected);

  // Each is received where and when it was made, and nothing more: no clock and no timer is set for it today.
  const { readModels, store } = running.installation;
  await readModels.waitUntil('complaints', await store.head(), 30_000);
  const counted = `SELECT count(*) AS n, count(*) FILTER (WHERE c.stage = 'received' AND c.received_at = opened_at) AS right
    FROM {complaints} c JOIN {conversations} USING (conversation_id)`;
  expect(await readModels.query(counted, [])).toEqual([{ n: BigInt(complaints), right: BigInt(complaints) }]);
  const log = await running.everything();
  expect(log.filter(({ type }) => type.startsWith('complaint.')).length).toBe(complaints);
  const ofToday = log.filter(({ occurredAt }) => occurredAt >= begun).map(({ type }) => type);
  expect(ofToday.filter((type) => /^(service_clock|rule|complaint)\./.test(type))).toEqual([]);

  const selection = { view: 'all', self: 'user:nobody', channel: 'fax' } as const;
  const faxed = await listQueue(running.installation.queues, { selection, at: Date.now(), past: false });
  expect(faxed.ok && faxed.value.data.map(({ channel }) => channel)).toEqual(Array(expected['fax']).fill('fax'));
});
