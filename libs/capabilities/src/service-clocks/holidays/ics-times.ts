import { Temporal } from 'temporal-polyfill';
import { type Result, succeed } from '#kernel';
import { zoneName } from '../calendars/zone-offsets.js';
import { type ContentLine } from './content-lines.js';
import { faulty, type IcsFault } from './ics-fault.js';

/** A day, or a moment in the zone that it was written in. */
export type IcsTime =
  | { readonly kind: 'day'; readonly day: Temporal.PlainDate }
  | { readonly kind: 'moment'; readonly moment: Temporal.ZonedDateTime };

const DATE = /^(\d{4})(\d{2})(\d{2})$/;
const DATE_TIME = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(Z?)$/;
/** Calendars know these years. */
const YEARS = { from: 1800, to: 2299 };

/**
 * The value of a DTSTART or the like.
 * @param floating the zone of what names none
 */
export function icsTime(line: ContentLine, floating: string): Result<IcsTime, IcsFault> {
  const times = icsTimes(line, floating);
  if (!times.ok) return times;
  const [time, ...others] = times.value;
  return time && others.length === 0 ? succeed(time) : faulty('not-a-time', line.line);
}

/** The values of an EXDATE or the like. */
export function icsTimes(
  { parameters, value, line }: ContentLine,
  floating: string,
): Result<readonly IcsTime[], IcsFault> {
  const named = parameters.get('TZID');
  const zone = named === undefined ? floating : zoneName(named);
  if (zone === undefined) return faulty('unknown-time-zone', line);
  const times: IcsTime[] = [];
  for (const each of value.trim().split(',')) {
    const time = timeOf(each.trim(), zone);
    if (time === undefined) return faulty('not-a-time', line);
    const year = time.kind === 'day' ? time.day.year : time.moment.year;
    if (year < YEARS.from || year > YEARS.to) return faulty('out-of-range', line);
    times.push(time);
  }
  return succeed(times);
}

function timeOf(text: string, zone: string): IcsTime | undefined {
  try {
    const date = DATE.exec(text);
    if (date) return { kind: 'day', day: Temporal.PlainDate.from(dayIn(date), { overflow: 'reject' }) };
    const time = DATE_TIME.exec(text);
    if (!time) return undefined;
    const [hour, minute, second] = time.slice(4, 7).map(Number);
    const wall = { ...dayIn(time), hour: hour ?? 0, minute: minute ?? 0, second: second ?? 0 };
    const timeZone = time[7] === 'Z' ? 'UTC' : zone;
    return { kind: 'moment', moment: Temporal.ZonedDateTime.from({ ...wall, timeZone }, { overflow: 'reject' }) };
  } catch {
    // The thirtieth of February, or the twenty-fifth hour.
    return undefined;
  }
}

const dayIn = ([, year, month, day]: RegExpExecArray) => ({
  year: Number(year),
  month: Number(month),
  day: Number(day),
});
