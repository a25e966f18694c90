import { type BusinessCalendar, type BusinessCalendarVersion, weekdays } from '#contracts';
import { fail, type Result, succeed } from '#kernel';
import { dayOf, minuteSpan } from './wall-clock.js';
import { zoneName } from './zone-offsets.js';

const MAX_PERIODS_A_DAY = 24;
const MAX_HOLIDAYS = 4_000;
const MAX_VERSIONS = 500;

export interface CalendarRefusal {
  readonly code:
    | 'unknown-time-zone'
    | 'invalid-period'
    | 'too-many-periods'
    | 'invalid-holiday'
    | 'too-many-holidays'
    | 'never-open'
    | 'not-after-last-version'
    | 'too-many-versions';
  /** Which value, for example `week.monday.0`. */
  readonly field: string;
}

/** Adds a version to a calendar, or says why it cannot be saved. */
export function saveVersion(
  calendar: BusinessCalendar,
  next: BusinessCalendarVersion,
): Result<BusinessCalendar, CalendarRefusal> {
  const last = calendar.versions.at(-1);
  if (calendar.versions.length >= MAX_VERSIONS) return fail({ code: 'too-many-versions', field: 'version' });
  // A version in force before the last one would change what has been counted and told.
  if (last !== undefined && (next.version <= last.version || next.inForceFrom <= last.inForceFrom)) {
    return fail({ code: 'not-after-last-version', field: 'inForceFrom' });
  }
  const refusal = refusalOf(next);
  return refusal === undefined ? succeed({ ...calendar, versions: [...calendar.versions, next] }) : fail(refusal);
}

function refusalOf({ timeZone, week, holidays }: BusinessCalendarVersion): CalendarRefusal | undefined {
  if (zoneName(timeZone) === undefined) return { code: 'unknown-time-zone', field: 'timeZone' };
  for (const weekday of weekdays) {
    const periods = week[weekday] ?? [];
    if (periods.length > MAX_PERIODS_A_DAY) return { code: 'too-many-periods', field: `week.${weekday}` };
    const wrong = periods.findIndex((period) => minuteSpan(period) === undefined);
    if (wrong >= 0) return { code: 'invalid-period', field: `week.${weekday}.${String(wrong)}` };
  }
  if (weekdays.every((weekday) => (week[weekday] ?? []).length === 0)) return { code: 'never-open', field: 'week' };
  if (holidays.length > MAX_HOLIDAYS) return { code: 'too-many-holidays', field: 'holidays' };
  const noDate = holidays.findIndex((date) => dayOf(date) === undefined);
  return noDate < 0 ? undefined : { code: 'invalid-holiday', field: `holidays.${String(noDate)}` };
}
