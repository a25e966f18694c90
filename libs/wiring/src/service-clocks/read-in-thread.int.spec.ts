import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { readHolidays } from '#capabilities';
import { readInThread } from './read-in-thread.js';

// The compiled thread: what an installation runs.
const compiled = pathToFileURL(path.resolve('dist/libs/wiring/src/service-clocks/holidays-worker.js'));
const asked = (...lines: readonly string[]) => ({
  file: new TextEncoder().encode(
    [
      'BEGIN:VCALENDAR',
      'BEGIN:VEVENT',
      'DTSTART;VALUE=DATE:20260321',
      ...lines,
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ].join('\r\n'),
  ),
  timeZone: 'Asia/Tehran',
  until: '2036-12-31',
});
const slow = asked('RRULE:FREQ=DAILY;COUNT=9999');

describe('a calendar file', () => {
  it('is read in the thread as it is here, also what is wrong with it', async () => {
    const yearly = asked('SUMMARY:نوروز', 'RRULE:FREQ=YEARLY');
    const found = await readInThread(yearly, compiled);
    expect(found).toEqual(readHolidays(yearly));
    expect(found).toMatchObject({ ok: true });
    expect(await readInThread(slow, compiled)).toEqual(readHolidays(slow));
  });

  it('keeps nobody waiting who wants something else', async () => {
    let turns = 0;
    const others = setInterval(() => (turns += 1), 1);
    await readInThread(slow, compiled);
    clearInterval(others);
    // In this thread it would be none: a file is read in one piece.
    expect(turns).toBeGreaterThan(3);
  });

  it('that ends its thread fails alone', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'safar-thread-'));
    const broken = path.join(folder, 'broken.mjs');
    writeFileSync(broken, 'throw new Error("out of memory");');
    await expect(readInThread(slow, pathToFileURL(broken))).rejects.toThrow('out of memory');
    rmSync(folder, { recursive: true });
    expect(await readInThread(asked(), compiled)).toMatchObject({ ok: true, value: [{ date: '2026-03-21' }] });
  });
});
