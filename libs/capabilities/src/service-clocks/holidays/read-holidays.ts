import { Temporal } from 'temporal-polyfill';
import { type HolidayView } from '#contracts';
import { type Result, succeed } from '#kernel';
import { contentLines } from './content-lines.js';
import { type IcsEvent, icsEvents } from './ics-events.js';
import { faulty, type IcsFault } from './ics-fault.js';
import { type IcsTime, icsTime, icsTimes } from './ics-times.js';
import { repetitions } from './repetitions.js';

/** As many as a calendar holds. */
const MAX_HOLIDAYS = 4_000;
/** Of what repeats itself: finding one takes half a millisecond, and all of them are found at once. */
const MAX_REPEATED = 1_000;
/** A summer holiday, not a year. */
const MAX_DAYS_OF_EVENT = 100;

export interface ReadHolidays {
  /** A file of RFC 5545. */
  readonly file: Uint8Array;
  /** Of the business calendar: in it, an event that names moments must be whole days. */
  readonly timeZone: string;
  /** `YYYY-MM-DD`: the last day that is wanted of what repeats itself for ever. */
  readonly until: string;
}

/** The days of the events of a calendar file, in their order, each once. Anything that cannot be read refuses all of it. */
export function readHolidays({ file, timeZone, until }: ReadHolidays): Result<readonly HolidayView[], IcsFault> {
  const lines = contentLines(file);
  if (!lines.ok) return lines;
  const events = icsEvents(lines.value);
  if (!events.ok) return events;
  const replaced = replacedStarts(events.value, timeZone);
  if (!replaced.ok) return replaced;
  const reading = { timeZone, until: Temporal.PlainDate.from(until), replaced: replaced.value };
  const names = new Map<string, string>();
  // Of all events together, also of those on one day: finding them is what takes time.
  const left = { days: MAX_HOLIDAYS, repeated: MAX_REPEATED };
  for (const event of events.value) {
    const days = event.cancelled ? succeed([]) : daysOf(event, { ...reading, left });
    if (!days.ok) return days;
    left.days -= days.value.length;
    if (event.rule) left.repeated -= days.value.length;
    for (const day of days.value) names.set(day, namesTogether(names.get(day), event.name));
  }
  // To set it would take every holiday away, which nobody means by a file.
  if (names.size === 0) return faulty('no-events', 1);
  return succeed([...names].sort(([one], [other]) => (one < other ? -1 : 1)).map(([date, name]) => ({ date, name })));
}

const namesTogether = (before: string | undefined, name: string): string =>
  before === undefined || before === '' || before === name ? name : name === '' ? before : `${before}, ${name}`;

interface Reading {
  readonly timeZone: string;
  readonly until: Temporal.PlainDate;
  /** How many days it may have. */
  readonly left: { readonly days: number; readonly repeated: number };
  /** By the id of the event: starts of repetitions that another event takes the place of. */
  readonly replaced: ReadonlyMap<string, readonly IcsTime[]>;
}

function replacedStarts(
  events: readonly IcsEvent[],
  timeZone: string,
): Result<ReadonlyMap<string, readonly IcsTime[]>, IcsFault> {
  const replaced = new Map<string, IcsTime[]>();
  for (const { instead, uid } of events) {
    if (!instead) continue;
    const time = icsTime(instead, timeZone);
    if (!time.ok) return time;
    replaced.set(uid ?? '', [...(replaced.get(uid ?? '') ?? []), time.value]);
  }
  return succeed(replaced);
}

/** Every day on which an event takes place, `YYYY-MM-DD`. */
function daysOf(event: IcsEvent, reading: Reading): Result<readonly string[], IcsFault> {
  const start = icsTime(event.start, reading.timeZone);
  if (!start.ok) return start;
  const length = lengthOf(event, start.value, reading.timeZone);
  if (!length.ok) return length;
  const starts = startsOf(event, start.value, reading);
  if (!starts.ok) return starts;
  const days: string[] = [];
  for (const each of starts.value) {
    const first = dayOf(each, reading.timeZone);
    if (first === undefined) return faulty('not-whole-days', event.start.line);
    for (let index = 0; index < length.value; index += 1) days.push(first.add({ days: index }).toString());
    if (days.length > reading.left.days) return faulty('too-many-holidays', event.line);
  }
  return succeed(days);
}

/** How many days one of its repetitions lasts. */
function lengthOf({ start, end, duration }: IcsEvent, from: IcsTime, timeZone: string): Result<number, IcsFault> {
  const ending = end && icsTime(end, timeZone);
  if (ending && !ending.ok) return ending;
  const line = (end ?? duration ?? start).line;
  const until = ending ? ending.value : afterDuration(from, duration?.value);
  if (until?.kind !== from.kind) return faulty('not-a-time', line);
  const [first, last] = [dayOf(from, timeZone), dayOf(until, timeZone)];
  if (!first || !last) return faulty('not-whole-days', first ? line : start.line);
  const days = first.until(last).days;
  // All day, until the same day: what many write for one day.
  if (days === 0 && from.kind === 'day') return succeed(1);
  if (days === 0) return faulty('not-whole-days', line);
  if (days < 0) return faulty('ends-before-it-begins', line);
  return days > MAX_DAYS_OF_EVENT ? faulty('too-long', line) : succeed(days);
}

function afterDuration(from: IcsTime, text: string | undefined): IcsTime | undefined {
  // Without any, a day lasts a day and a moment no time at all.
  if (text === undefined) return from;
  try {
    const duration = Temporal.Duration.from(text.trim());
    return from.kind === 'day'
      ? { kind: 'day', day: from.day.add(duration) }
      : { kind: 'moment', moment: from.moment.add(duration) };
  } catch {
    return undefined;
  }
}

/** The day at whose first moment it is, in the zone of the business calendar. */
function dayOf(time: IcsTime, timeZone: string): Temporal.PlainDate | undefined {
  if (time.kind === 'day') return time.day;
  const here = time.moment.withTimeZone(timeZone);
  return here.equals(here.startOfDay()) ? here.toPlainDate() : undefined;
}

function startsOf(event: IcsEvent, start: IcsTime, reading: Reading): Result<readonly IcsTime[], IcsFault> {
  const starts = [start];
  if (event.rule) {
    const ofDay = start.kind === 'day';
    const repeated = repetitions({
      ...{
        rule: event.rule,
        ofDay,
        timeZone: reading.timeZone,
        until: reading.until,
        most: Math.max(0, reading.left.repeated),
      },
      start: start.kind === 'day' ? start.day.toZonedDateTime('UTC') : start.moment,
    });
    if (!repeated.ok) return repeated;
    starts.splice(0, 1, ...repeated.value.map((at) => timeLike(start, at)));
  }
  for (const line of event.moreDates) {
    const more = icsTimes(line, reading.timeZone);
    if (!more.ok) return more;
    if (more.value.some(({ kind }) => kind !== start.kind)) return faulty('not-a-time', line.line);
    starts.push(...more.value);
  }
  const except = event.instead ? [] : [...(reading.replaced.get(event.uid ?? '') ?? [])];
  for (const line of event.exceptDates) {
    const times = icsTimes(line, reading.timeZone);
    if (!times.ok) return times;
    except.push(...times.value);
  }
  const gone = new Set(except.map(keyOf));
  return succeed(starts.filter((each) => !gone.has(keyOf(each)) && !gone.has(localDay(each))));
}

const timeLike = ({ kind }: IcsTime, at: Temporal.ZonedDateTime): IcsTime =>
  kind === 'day' ? { kind, day: at.toPlainDate() } : { kind, moment: at };

const keyOf = (time: IcsTime): string =>
  time.kind === 'day' ? time.day.toString() : String(time.moment.epochMilliseconds);

/** Some leave a repetition out by its day, also where it is a moment. */
const localDay = (time: IcsTime): string => (time.kind === 'day' ? time.day : time.moment.toPlainDate()).toString();
