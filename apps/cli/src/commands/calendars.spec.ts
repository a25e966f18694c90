import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fail, succeed } from '#kernel';
import { memoryInstallation, run } from '../fixtures/memory-safar.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'safar-calendars-'));
  file = path.join(folder, 'iran.ics');
  writeFileSync(file, 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const asked: unknown[] = [];
const installation = memoryInstallation({
  takeHolidays: ({ file: bytes, ...request }, dryRun) => {
    asked.push({ ...request, bytes: bytes.length, dryRun });
    if (request.calendarId === 'moon') return Promise.resolve(fail({ code: 'calendar_not_found' }));
    if (request.years === 7)
      return Promise.resolve(fail({ code: 'invalid_calendar_file', reason: 'not-a-time', line: 12 }));
    const holidays = [{ date: '2027-03-21', name: 'نوروز' }];
    return Promise.resolve(succeed({ holidays, version: dryRun ? null : '4' }));
  },
});
const take = (calendar: string, ...options: readonly string[]) =>
  run(['calendars', 'holidays', calendar, '--file', file, ...options], installation);

it('takes the holidays of a file, and shows them by name', async () => {
  const { code, stdout } = await take('tehran');
  expect(code).toBe(0);
  expect(stdout).toMatch(/2027-03-21 +نوروز/);
  expect(stdout).toContain('1 holidays. Version 4 of tehran has them.');
  expect(asked.at(-1)).toEqual({ calendarId: 'tehran', bytes: 32, add: false, years: 5, dryRun: false });
  const dry = await take('tehran', '--dry-run', '--add', '--years', '3', '--json');
  expect(JSON.parse(dry.stdout)).toEqual({ holidays: [{ date: '2027-03-21', name: 'نوروز' }], version: null });
  expect(asked.at(-1)).toMatchObject({ add: true, years: 3, dryRun: true });
});

it.each([
  [['tehran', '--years', '7'], 2, /iran\.ics, line 12: not-a-time\. Nothing was changed/],
  [['tehran', '--years', '21'], 2, /"21" is not a whole number from 1 to 20/],
  [['moon'], 5, /There is no calendar moon/],
  [['tehran', '--file', '/nowhere.ics'], 2, /Cannot read \/nowhere\.ics/],
])('says what is wrong with %j', async ([calendar = '', ...options], ending, told) => {
  const { code, stderr, stdout } = await take(calendar, ...options);
  expect({ code, stdout }).toEqual({ code: ending, stdout: '' });
  expect(stderr).toMatch(told);
});
