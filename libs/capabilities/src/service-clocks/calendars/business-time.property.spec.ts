import fc from 'fast-check';
import { type BusinessCalendar, weekdays } from '#contracts';
import { businessSeconds, due } from './business-time.js';

/** Zones and a moment at which their clocks jumped: by an hour, by half of one, by a day, and over midnight. */
const jumps = [
  ['Europe/Berlin', '2026-03-29T01:00:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00:00Z'],
  ['Asia/Tehran', '2022-03-21T20:30:00Z'],
  ['Asia/Tehran', '2022-09-21T19:30:00Z'],
  ['America/St_Johns', '2006-10-29T02:31:00Z'],
  ['America/St_Johns', '2026-03-08T05:30:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['Africa/Casablanca', '2026-02-15T02:00:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
] as const;

const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
const minute = fc.integer({ min: 0, max: 1439 });
const period = fc.tuple(minute, minute).filter(([opens, closes]) => opens !== closes);
const week = fc.tuple(...weekdays.map(() => fc.array(period, { maxLength: 3 })));

interface Case {
  readonly calendar: BusinessCalendar;
  readonly open: (at: number) => boolean;
  readonly from: number;
  readonly lengths: readonly [number, number];
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    jump: fc.constantFrom(...jumps),
    week,
    holiday: fc.integer({ min: -1, max: 1 }),
    offset: fc.integer({ min: -30 * 3600, max: 20 * 3600 }),
    lengths: fc.tuple(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 20_000 })),
  })
  .map(({ jump: [timeZone, jumpAt], week: periods, holiday, offset, lengths }) => {
    const closed = new Date(Date.parse(jumpAt) + holiday * 86_400_000).toISOString().slice(0, 10);
    const calendar: BusinessCalendar = {
      id: 'random',
      versions: [
        {
          version: 1,
          inForceFrom: 0,
          timeZone,
          holidays: [closed],
          week: Object.fromEntries(
            weekdays.map((day, index) => [
              day,
              (periods[index] ?? []).map(([opens, closes]) => ({ opens: clock(opens), closes: clock(closes) })),
            ]),
          ),
        },
      ],
    };
    return { calendar, open: oracle(timeZone, periods, closed), from: Date.parse(jumpAt) + offset * 1000, lengths };
  });

/** Reads the wall clock as ICU shows it, each minute, and looks whether it stands in a period. */
function oracle(timeZone: string, periods: readonly (readonly (readonly [number, number])[])[], closed: string) {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const read = new Map<number, boolean>();
  const opensOn = (date: string, minuteOfDay: number): boolean => {
    if (date === closed) return false;
    const weekday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
    return (periods[weekday] ?? []).some(([opens, closes]) => {
      const end = closes < opens ? closes + 1440 : closes;
      return opens <= minuteOfDay && minuteOfDay < end;
    });
  };
  const openAtMinute = (at: number): boolean => {
    const [date = '', time = ''] = format.format(at).split(' ');
    const minuteOfDay = Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
    const eve = new Date(Date.parse(`${date}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
    return opensOn(date, minuteOfDay) || opensOn(eve, minuteOfDay + 1440);
  };
  return (at: number): boolean => {
    const whole = Math.floor(at / 60_000);
    const known = read.get(whole) ?? openAtMinute(whole * 60_000);
    read.set(whole, known);
    return known;
  };
}

describe('business seconds', () => {
  it('are those that a second-by-second reading of the wall clock counts', () => {
    fc.assert(
      fc.property(cases, ({ calendar, open, from, lengths: [length] }) => {
        let counted = 0;
        for (let second = 0; second < length; second++) if (open(from + second * 1000)) counted++;
        expect(businessSeconds(calendar, from, from + length * 1000)).toBe(counted);
      }),
      { numRuns: 300 },
    );
  });

  it('are additive and never negative', () => {
    fc.assert(
      fc.property(cases, ({ calendar, from, lengths: [first, second] }) => {
        const [middle, end] = [from + first * 1000, from + (first + second) * 1000];
        const [a, b, whole] = [
          businessSeconds(calendar, from, middle),
          businessSeconds(calendar, middle, end),
          businessSeconds(calendar, from, end),
        ];
        expect(a).toBeGreaterThanOrEqual(0);
        expect(a + b).toBe(whole);
        expect(businessSeconds(calendar, end, from)).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('reach a target at the due time and not a second before, pauses left out', () => {
    const pauses = fc.array(fc.tuple(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 0, max: 8_000 })), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(cases, pauses, ({ calendar, open, from, lengths: [, span] }, breaks) => {
        const target = 1 + (span % 7_000);
        const still = breaks.map(([start, length]) => ({
          from: from + start * 1000,
          until: from + (start + length) * 1000,
        }));
        const found = due(calendar, from, target, still);
        let spent = 0;
        let expected: number | undefined;
        for (let second = 0; second < 40_000 && expected === undefined; second++) {
          const at = from + second * 1000;
          if (open(at) && !still.some((pause) => pause.from <= at && at < pause.until)) spent++;
          if (spent === target) expected = at + 1000;
        }
        if (expected === undefined) expect(found ?? Infinity).toBeGreaterThan(from + 40_000_000);
        else expect(found).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });
});
