import { type BusinessCalendar, type OpeningPeriod, weekdays } from '#contracts';
import { businessSeconds, due } from './business-time.js';

const HOUR = 3600;
const at = (text: string): number => Date.parse(text);
const rfc3339 = (time: number | undefined): string | undefined =>
  time === undefined ? undefined : new Date(time).toISOString().replace('.000', '');

type Week = BusinessCalendar['versions'][number]['week'];
const on = (days: readonly (typeof weekdays)[number][], ...periods: readonly OpeningPeriod[]): Week =>
  Object.fromEntries(days.map((day) => [day, periods]));
const workdays = weekdays.slice(0, 5);
const calendar = (week: Week, timeZone = 'UTC', holidays: readonly string[] = []): BusinessCalendar => ({
  id: 'office',
  versions: [{ version: 1, inForceFrom: 0, timeZone, week, holidays }],
});
const nineToFive = calendar(on(workdays, { opens: '09:00', closes: '17:00' }));
const dueAt = (of: BusinessCalendar, start: string, hours: number): string | undefined =>
  rfc3339(due(of, at(start), hours * HOUR));

describe('the golden cases', () => {
  it('(a) an hour from Friday 16:30 ends on Monday 09:30', () => {
    expect(dueAt(nineToFive, '2026-11-06T16:30:00Z', 1)).toBe('2026-11-09T09:30:00Z');
  });

  it('(b) 48 hours from 9 November 23:00 end on 15 November 21:00, with two days closed', () => {
    const daily = calendar(on(weekdays, { opens: '09:00', closes: '21:00' }), 'UTC', ['2026-11-11', '2026-11-13']);
    expect(dueAt(daily, '2026-11-09T23:00:00Z', 48)).toBe('2026-11-15T21:00:00Z');
  });

  it('(c) 24 business hours from Friday 16:55 end on Wednesday 16:55', () => {
    expect(dueAt(nineToFive, '2026-11-06T16:55:00Z', 24)).toBe('2026-11-11T16:55:00Z');
  });

  it('(d) a week of Tehran, over its weekend and Nowruz', () => {
    const tehran = calendar(
      {
        ...on(['saturday', 'sunday', 'monday', 'tuesday', 'wednesday'], { opens: '08:00', closes: '16:00' }),
        ...on(['thursday'], { opens: '08:00', closes: '12:00' }),
      },
      'Asia/Tehran',
      ['2026-03-21', '2026-03-22', '2026-03-23', '2026-03-24'],
    );
    // Thursday 19 March, 11:00 there: one hour is left, Friday is closed, Saturday to Tuesday are Nowruz.
    expect(dueAt(tehran, '2026-03-19T11:00:00+03:30', 3)).toBe('2026-03-25T06:30:00Z');
    // An hour of Thursday, eight of Wednesday.
    const [from, until] = [at('2026-03-19T11:00:00+03:30'), at('2026-03-26T00:00:00+03:30')];
    expect(businessSeconds(tehran, from, until)).toBe(9 * HOUR);
  });

  it('(e) a jump inside a period takes an hour away in spring and brings one twice in autumn', () => {
    const nights = calendar(on(weekdays, { opens: '01:00', closes: '05:00' }), 'Europe/Berlin');
    const day = (date: string): number =>
      businessSeconds(nights, at(`${date}T00:00:00Z`) - 12 * HOUR * 1000, at(`${date}T12:00:00Z`));
    expect([day('2026-03-29'), day('2026-10-25'), day('2026-11-25')]).toEqual([3 * HOUR, 5 * HOUR, 4 * HOUR]);
    expect(dueAt(nights, '2026-03-29T01:30:00+01:00', 1)).toBe(rfc3339(at('2026-03-29T03:30:00+02:00')));
    expect(dueAt(nights, '2026-10-25T01:30:00+02:00', 2)).toBe(rfc3339(at('2026-10-25T02:30:00+01:00')));
  });
});

describe('a start', () => {
  const lunch = calendar(on(workdays, { opens: '09:00', closes: '12:00' }, { opens: '13:00', closes: '17:00' }));
  it.each([
    ['before opening', '2026-11-09T06:00:00Z', '2026-11-09T10:00:00Z'],
    ['at opening', '2026-11-09T09:00:00Z', '2026-11-09T10:00:00Z'],
    ['in the lunch gap', '2026-11-09T12:20:00Z', '2026-11-09T14:00:00Z'],
    ['at the beginning of lunch', '2026-11-09T12:00:00Z', '2026-11-09T14:00:00Z'],
    ['half an hour before lunch', '2026-11-09T11:30:00Z', '2026-11-09T13:30:00Z'],
    ['an hour before lunch: due at its beginning, not at its end', '2026-11-09T11:00:00Z', '2026-11-09T12:00:00Z'],
    ['at closing', '2026-11-09T17:00:00Z', '2026-11-10T10:00:00Z'],
  ])('%s', (_name, start, expected) => {
    expect(dueAt(lunch, start, 1)).toBe(expected);
  });
});

describe('a night shift', () => {
  const night = { opens: '22:00', closes: '06:00' };
  it('goes on over midnight', () => {
    const nights = calendar(on(weekdays, night));
    expect(dueAt(nights, '2026-11-09T23:00:00Z', 3)).toBe('2026-11-10T02:00:00Z');
    expect(dueAt(nights, '2026-11-10T05:30:00Z', 1)).toBe('2026-11-10T22:30:00Z');
  });

  it('belongs to the day on which it begins', () => {
    const fridays = calendar(on(['friday'], night), 'UTC', ['2026-11-13']);
    expect(businessSeconds(fridays, at('2026-11-06T00:00:00Z'), at('2026-11-08T00:00:00Z'))).toBe(8 * HOUR);
    // The holiday closes the morning after as well.
    expect(businessSeconds(fridays, at('2026-11-13T00:00:00Z'), at('2026-11-15T00:00:00Z'))).toBe(0);
  });
});

describe('a pause', () => {
  const start = at('2026-11-09T10:00:00Z');
  const pause = (from: string, until?: string) => ({
    from: at(`2026-11-${from}:00Z`),
    ...(until === undefined ? {} : { until: at(`2026-11-${until}:00Z`) }),
  });
  it.each([
    ['moves the due time', [pause('09T11:00', '09T12:30')], '2026-11-09T13:30:00Z'],
    [
      'counts once where two overlap',
      [pause('09T11:00', '09T12:00'), pause('09T11:30', '09T12:30')],
      '2026-11-09T13:30:00Z',
    ],
    [
      'outside opening hours moves nothing',
      [pause('08T18:00', '09T08:00'), pause('09T18:00', '09T20:00')],
      '2026-11-09T12:00:00Z',
    ],
    ['over a night moves it by its business time', [pause('09T11:00', '10T10:00')], '2026-11-10T11:00:00Z'],
    ['that lasts leaves nothing due', [pause('09T11:00')], undefined],
    ['that lasts from the due time on comes too late', [pause('09T12:00')], '2026-11-09T12:00:00Z'],
  ])('%s', (_name, pauses, expected) => {
    expect(rfc3339(due(nineToFive, start, 2 * HOUR, pauses))).toBe(expected);
  });
});

describe('a calendar', () => {
  it('counts each version over the time it was in force', () => {
    const [first] = nineToFive.versions;
    const changed: BusinessCalendar = {
      id: 'office',
      versions: [
        first!,
        {
          ...first!,
          version: 2,
          inForceFrom: at('2026-11-10T12:00:00Z'),
          week: on(workdays, { opens: '06:00', closes: '20:00' }),
        },
      ],
    };
    // Tuesday: 9 to 12 of the first version, 12 to 20 of the second.
    expect(businessSeconds(changed, at('2026-11-10T00:00:00Z'), at('2026-11-11T00:00:00Z'))).toBe(11 * HOUR);
    // The first one also holds for what was before it.
    expect(businessSeconds(changed, at('1969-11-10T00:00:00Z'), at('1969-11-11T00:00:00Z'))).toBe(8 * HOUR);
  });

  it('opens nothing on a day that its zone left out', () => {
    const apia = calendar(on(weekdays, { opens: '00:00', closes: '24:00' }), 'Pacific/Apia', [
      '2011-12-29',
      '2011-12-31',
    ]);
    expect(
      businessSeconds(apia, at('2011-12-29T10:00:00Z'), at('2012-01-01T09:00:00Z') - 24 * HOUR * 1000 + 1000),
    ).toBe(0);
  });

  it('finds no due time that ten years do not reach', () => {
    expect(due(nineToFive, 0, 30_000 * HOUR)).toBeUndefined();
  });
});
