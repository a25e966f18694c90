import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openRunning, type Running } from '../../flows/support/imported-conversations.js';
import { waysOfComplaints } from '../../flows/support/complaint-ways.js';
import {
  asCounted,
  historiesInFile,
  historiesInLog,
  resolutionFigures,
} from '../../flows/support/incident-histories.js';

const data = process.env['SAFAR_TEST_DATA'] ?? '';
const unpacked = (command: string, file: string): string =>
  execFileSync(command, ['-dc', path.join(data, file)], { encoding: 'utf8', maxBuffer: 1 << 28 });

let running: Running;
let folder: string;
beforeAll(async () => {
  running = await openRunning();
  folder = mkdtempSync(path.join(tmpdir(), 'safar-whole-'));
});
afterAll(async () => {
  await running.close();
  rmSync(folder, { recursive: true });
});

it('all 5,998 rows of the incident log: 890 conversations, each with its states and its time to resolution', async () => {
  const csv = unpacked('xz', 'incident-servicenow/incident_event_log_head.csv.xz');
  const file = path.join(folder, 'incidents.csv');
  writeFileSync(file, csv);
  const report = await running.import('incident-servicenow', file);
  expect([report.rows, report.tally.rowsRefused]).toEqual([5_998, {}]);
  const expected = historiesInFile(csv);
  expect(expected).toHaveLength(890);
  await running.takenUp(890, 300_000);
  expect(asCounted(historiesInLog(await running.conversations()).values())).toEqual(asCounted(expected));
  const resolved = expected.filter(({ firstResolvedS }) => !Number.isNaN(firstResolvedS));
  const year = await running.report('2016-02-01T00:00:00Z', resolved.length, 120_000);
  expect(year.resolution).toEqual(resolutionFigures(expected));
}, 400_000);

it('all 3,186 complaints, each in the queue of its channel', async () => {
  const csv = unpacked('gzip', 'cfpb-complaints/consumer_complaints.csv.gz');
  const file = path.join(folder, 'complaints.csv');
  writeFileSync(file, csv);
  const expected = waysOfComplaints(csv);
  expect(expected).toEqual({ web: 2_233, phone: 200, referral: 533, letter: 168, fax: 52 });
  await running.import('cfpb-complaints', file);
  await running.takenUp(890 + 3_186, 300_000);
  expect(await running.queuedComplaints()).toEqual(expected);
}, 400_000);
