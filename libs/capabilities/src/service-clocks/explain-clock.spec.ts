import { type BusinessCalendar, weekdays } from '#contracts';
import { businessSeconds } from './calendars/business-time.js';
import { explainClock } from './explain-clock.js';
import { type StartedClock } from './service-clock.decider.js';

const calendar: BusinessCalendar = {
  id: 'office',
  versions: [
    {
      version: 3,
      inForceFrom: 0,
      timeZone: 'UTC',
      week: Object.fromEntries(weekdays.map((day) => [day, [{ opens: '09:00', closes: '17:00' }]])),
      holidays: [],
    },
  ],
};
const at = (time: string): number => Date.parse(`2026-11-${time}:00Z`);
const clock: StartedClock = {
  status: 'running',
  kind: 'resolution',
  startedAt: at('09T16:00'),
  terms: {
    policyId: 'gold',
    policyVersion: 1,
    calendarId: 'office',
    calendarVersion: 3,
    targetSeconds: 14_400,
    pausedWhile: [],
  },
  pauses: [{ from: at('10T10:00'), until: at('10T11:00') }],
  dueAt: at('10T13:00'),
  lastAt: at('10T11:00'),
};
const sum = (lines: readonly { readonly seconds: number }[]): number =>
  lines.reduce((total, { seconds }) => total + seconds, 0);

describe('the arithmetic of a clock', () => {
  it('has a line for each stretch, and they sum to the target at the due time', () => {
    const { lines, spentSeconds } = explainClock(calendar, clock, at('10T13:00'));
    expect(lines.map(({ date, counted, seconds }) => [date, counted, seconds])).toEqual([
      ['2026-11-09', 'open', 3600],
      ['2026-11-10', 'open', 3600],
      ['2026-11-10', 'paused', 0],
      ['2026-11-10', 'open', 7200],
    ]);
    expect([sum(lines), spentSeconds]).toEqual([14_400, 14_400]);
  });

  it('shows how the rest comes to the due time, while it is to come', () => {
    const { lines, ahead } = explainClock(calendar, clock, at('10T10:30'));
    expect(ahead.map(({ date, from, until, seconds }) => [date, from, until, seconds])).toEqual([
      ['2026-11-10', '2026-11-10T10:30:00.000Z', '2026-11-10T11:00:00.000Z', 0],
      ['2026-11-10', '2026-11-10T11:00:00.000Z', '2026-11-10T13:00:00.000Z', 7200],
    ]);
    expect(sum(lines) + sum(ahead)).toBe(clock.terms.targetSeconds);
    const fresh = explainClock(calendar, { ...clock, pauses: [], dueAt: at('10T12:00') }, clock.startedAt);
    expect([fresh.lines, sum(fresh.ahead)]).toEqual([[], 14_400]);
    const stopped: StartedClock = { ...clock, status: 'fulfilled', stoppedAt: at('10T09:30'), verdict: 'on_time' };
    expect(explainClock(calendar, stopped, at('10T10:30')).ahead).toEqual([]);
  });

  it('draws the oldest together, and sums to the same', () => {
    const until = clock.startedAt + 400 * 86_400_000;
    const { lines, spentSeconds } = explainClock(calendar, clock, until);
    expect(lines).toHaveLength(202);
    expect(sum(lines)).toBe(spentSeconds);
    expect(spentSeconds).toBe(businessSeconds(calendar, clock.startedAt, until) - 3600);
  });
});
