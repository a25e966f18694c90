import { readHolidays } from './read-holidays.js';

const file = (text: string): Uint8Array => new TextEncoder().encode(text);
const calendar = (...lines: readonly string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//', ...lines, 'END:VCALENDAR', ''].join('\r\n');
const event = (...lines: readonly string[]): string => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'].join('\r\n');

const read = (text: string | Uint8Array, timeZone = 'Asia/Tehran', until = '2030-12-31') =>
  readHolidays({ file: typeof text === 'string' ? file(text) : text, timeZone, until });

/** The dates of a calendar that can be read; what is wrong with another. */
const dates = (text: string, timeZone?: string, until?: string): unknown => {
  const found = read(text, timeZone, until);
  return found.ok ? found.value.map(({ date }) => date) : found.reason;
};

describe('holidays of a calendar file', () => {
  it('that repeat themselves end on the day that is meant, also where that is written as a moment elsewhere', () => {
    const until = (end: string) =>
      dates(calendar(event('DTSTART;VALUE=DATE:20260319', `RRULE:FREQ=DAILY;UNTIL=${end}`)));
    // Midnight of the 21st in Tehran.
    expect(until('20260320T203000Z')).toEqual(['2026-03-19', '2026-03-20', '2026-03-21']);
    for (const end of ['20260320', '20260320T235959Z', '20260320T120000'])
      expect(until(end)).toEqual(['2026-03-19', '2026-03-20']);
  });

  it('are those of Iran, by name, each day of several, also where a name is folded within a letter', () => {
    const nowruz = event(
      ...['DTSTART;VALUE=DATE:20270321', 'DTEND;VALUE=DATE:20270325', 'SUMMARY:نوروز\\, آغاز سال ۱۴۰۶', 'UID:1'],
      ...['BEGIN:VALARM', 'SUMMARY:not this', 'END:VALARM'],
    );
    const nature = event('DTSTART;VALUE=DATE:20270402', 'SUMMARY:سیزده‌به‌در');
    const fitr = event('DTSTART;VALUE=DATE:20270310', 'DURATION:P2D', 'SUMMARY:عید فطر', 'TRANSP:TRANSPARENT');
    const bytes = file(calendar(nowruz, nature, fitr));
    // Folded as by a program that counts octets, in the middle of a letter.
    const at = bytes.indexOf(0xd9, bytes.indexOf(0xd8)) + 1;
    const folded = new Uint8Array([...bytes.subarray(0, at), 13, 10, 32, ...bytes.subarray(at)]);
    expect(read(folded)).toEqual({
      ok: true,
      value: [
        { date: '2027-03-10', name: 'عید فطر' },
        { date: '2027-03-11', name: 'عید فطر' },
        ...['21', '22', '23', '24'].map((day) => ({ date: `2027-03-${day}`, name: 'نوروز, آغاز سال ۱۴۰۶' })),
        { date: '2027-04-02', name: 'سیزده‌به‌در' },
      ],
    });
  });

  it('are those of Britain, that come again every year but for the year in which one was moved', () => {
    const boxing = event('DTSTART;VALUE=DATE:20261226', 'RRULE:FREQ=YEARLY', 'EXDATE;VALUE=DATE:20271226');
    const spring = event('UID:s', 'DTSTART;VALUE=DATE:20270531', 'RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;COUNT=3');
    const moved = event('UID:s', 'RECURRENCE-ID;VALUE=DATE:20280529', 'DTSTART;VALUE=DATE:20280602');
    const off = event('UID:s', 'RECURRENCE-ID;VALUE=DATE:20290528', 'DTSTART;VALUE=DATE:20290528', 'STATUS:CANCELLED');
    const more = event('DTSTART;VALUE=DATE:20270101', 'RDATE;VALUE=DATE:20280103,20290101');
    expect(dates(calendar(boxing, spring, moved, off, more), 'Europe/London', '2029-12-31')).toEqual([
      ...['2026-12-26', '2027-01-01', '2027-05-31'],
      ...['2028-01-03', '2028-06-02', '2028-12-26', '2029-01-01', '2029-12-26'],
    ]);
  });

  it('may be written as moments in any zone, as long as they are whole days here', () => {
    const there = event('DTSTART;TZID=Asia/Tehran:20270321T000000', 'DTEND;TZID=Asia/Tehran:20270323T000000');
    const utc = event('DTSTART:20270401T203000Z', 'DURATION:PT24H');
    const floating = event(
      'DTSTART:20270603T000000',
      'DTEND:20270604T000000',
      'RRULE:FREQ=YEARLY;UNTIL=20290101T000000Z',
    );
    expect(dates(calendar(there, utc, floating))).toEqual([
      ...['2027-03-21', '2027-03-22', '2027-04-02', '2027-06-03', '2028-06-03'],
    ]);
    expect(dates(calendar(utc), 'Europe/London')).toEqual({ reason: 'not-whole-days', line: 5 });
    // That day began at one o'clock.
    const jump = event('DTSTART;TZID=Asia/Tehran:20210322T010000', 'DTEND;TZID=Asia/Tehran:20210323T000000');
    expect(dates(calendar(jump))).toEqual(['2021-03-22']);
  });

  it('end with what is asked for where nothing else ends them, and a day that is named is taken however far it is', () => {
    const forever = event('DTSTART;VALUE=DATE:20260101', 'RRULE:FREQ=YEARLY;UNTIL=20990101T000000Z');
    const far = event('DTSTART;VALUE=DATE:20500101', 'RRULE:FREQ=YEARLY');
    expect(dates(calendar(forever, far), 'UTC', '2028-06-30')).toEqual([
      ...['2026-01-01', '2027-01-01', '2028-01-01', '2050-01-01'],
    ]);
  });

  it('are read from files with bare line ends, lower case, empty lines and other things in them', () => {
    const text =
      'begin:vcalendar\n\nBEGIN:VTIMEZONE\nDTSTART:garbage\nEND:VTIMEZONE\nbegin:vevent\ndtstart;value=date:20270101\nX-A;B="c;d:e",f:g\nend:vevent\nend:vcalendar';
    expect(dates(text)).toEqual(['2027-01-01']);
  });
});

const start = 'DTSTART;VALUE=DATE:20270101';
describe('a file that cannot be read says in which line', () => {
  it.each([
    ['not-a-content-line', 5, calendar('BEGIN:VEVENT', 'what is this', 'END:VEVENT')],
    ['no-calendar', 1, 'hello: world'],
    ['no-calendar', 1, 'BEGIN:VEVENT\nEND:VEVENT'],
    ['no-calendar', 1, '\n\n'],
    ['no-events', 1, calendar()],
    ['no-events', 1, calendar(event(start, 'STATUS:CANCELLED'))],
    ['unfinished', 2, 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20270101'],
    ['unbalanced', 5, calendar('BEGIN:VEVENT', 'END:VTODO')],
    ['no-start', 4, calendar(event('SUMMARY:when?'))],
    ['repeated-property', 6, calendar(event(start, start))],
    ['not-a-time', 5, calendar(event('DTSTART;VALUE=DATE:20270230'))],
    ['not-a-time', 5, calendar(event('DTSTART:tomorrow'))],
    ['not-a-time', 6, calendar(event(start, 'DTEND:20270102T000000'))],
    ['not-a-time', 6, calendar(event(start, 'DURATION:P1X'))],
    ['not-a-time', 6, calendar(event(start, 'RDATE;VALUE=PERIOD:20270101T000000Z/P1D'))],
    ['not-a-time', 6, calendar(event(start, 'EXDATE:20270101,'))],
    ['invalid-recurrence', 6, calendar(event(start, 'RRULE:FREQ=YEARLY;UNTIL=20261340T000000Z'))],
    ['unsupported-recurrence', 6, calendar(event(start, 'EXRULE:FREQ=YEARLY'))],
    ['unsupported-recurrence', 7, calendar(event(start, 'UID:1', 'RECURRENCE-ID;RANGE=THISANDFUTURE:20280101'))],
    ['unsupported-recurrence', 6, calendar(event(start, 'RECURRENCE-ID;VALUE=DATE:20280101'))],
    ['unknown-time-zone', 5, calendar(event('DTSTART;TZID=Iran Standard Time:20270321T000000'))],
    ['out-of-range', 5, calendar(event('DTSTART;VALUE=DATE:17990101'))],
    ['not-whole-days', 5, calendar(event('DTSTART:20270101T000000'))],
    ['not-whole-days', 6, calendar(event('DTSTART:20270101T000000', 'DTEND:20270101T120000'))],
    ['ends-before-it-begins', 6, calendar(event(start, 'DTEND;VALUE=DATE:20261231'))],
    ['too-long', 6, calendar(event(start, 'DTEND;VALUE=DATE:20280101'))],
    ['invalid-recurrence', 6, calendar(event(start, 'RRULE:FREQ=YEARLY;BYMONTH=13'))],
    ['invalid-recurrence', 6, calendar(event(start, 'RRULE:BYMONTH=1'))],
    ['invalid-recurrence', 6, calendar(event(start, 'RRULE:FREQ=YEARLY;FREQ=DAILY'))],
    ['invalid-recurrence', 6, calendar(event(start, 'RRULE:FREQ=YEARLY;COUNT=2;UNTIL=20300101'))],
    ['invalid-recurrence', 6, calendar(event(start, 'RRULE:FREQ=YEARLY;UNTIL=20301301'))],
    // A rule that never holds is not looked for to the end of time.
    ['too-many-repetitions', 6, calendar(event(start, 'RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30'))],
    ['unsupported-recurrence', 6, calendar(event(start, 'RRULE:FREQ=HOURLY'))],
    // Nowruz by the Persian calendar: every other library would take it for another day.
    ['unsupported-recurrence', 6, calendar(event(start, 'RRULE:RSCALE=PERSIAN;FREQ=YEARLY'))],
    ['too-many-repetitions', 6, calendar(event('DTSTART;VALUE=DATE:19000101', 'RRULE:FREQ=DAILY'))],
  ])('%s in line %d', (reason, line, text) => {
    expect(dates(text)).toEqual({ reason, line });
  });

  it('also where it is not UTF-8, counts too many days, or has too many events', () => {
    expect(read(new Uint8Array([...file('BEGIN:VCALENDAR\nX:'), 0xff, 10]))).toMatchObject({
      reason: { reason: 'not-utf-8', line: 2 },
    });
    const long = Array.from({ length: 50 }, (_, index) =>
      event(`DTSTART;VALUE=DATE:${String(1900 + index)}0101`, 'DURATION:P90D'),
    );
    expect(dates(calendar(...long))).toMatchObject({ reason: 'too-many-holidays' });
    const weekly = event('DTSTART;VALUE=DATE:20200101', 'RRULE:FREQ=WEEKLY;COUNT=400');
    expect(dates(calendar(...Array.from({ length: 3 }, () => weekly)))).toEqual({
      ...{ reason: 'too-many-repetitions', line: 14 },
    });
    expect(dates(calendar(...Array.from({ length: 101 }, () => event(start, 'RRULE:FREQ=YEARLY'))))).toMatchObject({
      reason: 'too-many-events',
    });
    expect(dates(calendar(...Array.from({ length: 2_001 }, () => event(start))))).toMatchObject({
      reason: 'too-many-events',
    });
  });
});
