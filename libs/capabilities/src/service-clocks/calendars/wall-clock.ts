import { weekdays, type OpeningPeriod, type Weekday } from '#contracts';

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
const DAY_MINUTES = 1440;

/** Minutes of a day since its midnight on the wall clock; `until` passes 1440 where a shift ends on the next morning. */
export interface MinuteSpan {
  readonly from: number;
  readonly until: number;
}

/** `undefined` for what is not `HH:MM` between 00:00 and 24:00. */
export function minuteOf(text: string): number | undefined {
  const [, hours, minutes] = /^(\d\d):([0-5]\d)$/.exec(text) ?? [];
  const minute = Number(hours) * 60 + Number(minutes);
  return minute <= DAY_MINUTES ? minute : undefined;
}

/** `undefined` where a time cannot be read, or the period has no length. */
export function minuteSpan({ opens, closes }: OpeningPeriod): MinuteSpan | undefined {
  const [from, closing] = [minuteOf(opens), minuteOf(closes)];
  if (from === undefined || closing === undefined || from === closing || from === DAY_MINUTES) return undefined;
  return { from, until: closing < from ? closing + DAY_MINUTES : closing };
}

/** Days since 1 January 1970; `undefined` for what is no date `YYYY-MM-DD`. */
export function dayOf(date: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) return undefined;
  const midnight = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(midnight) || dateOf(midnight / DAY_MS) !== date ? undefined : midnight / DAY_MS;
}

export const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** The first of January 1970 was a Thursday. */
export function weekdayOf(day: number): Weekday {
  const weekday = weekdays[(((day + 3) % 7) + 7) % 7];
  if (weekday === undefined) throw new RangeError(`${String(day)} is no whole number of days.`);
  return weekday;
}
