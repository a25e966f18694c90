import { type Result, succeed } from '#kernel';
import { type ContentLine } from './content-lines.js';
import { faulty, type IcsFault } from './ics-fault.js';

/** Each is looked at as a whole; nobody has more days off. */
const MAX_EVENTS = 2_000;
/** Finding the days of one takes up to 50 ms. */
const MAX_RULES = 100;

/** An event as the file has it: the lines that say when it is. */
export interface IcsEvent {
  readonly line: number;
  readonly start: ContentLine;
  readonly end: ContentLine | undefined;
  readonly duration: ContentLine | undefined;
  readonly rule: ContentLine | undefined;
  readonly moreDates: readonly ContentLine[];
  readonly exceptDates: readonly ContentLine[];
  /** Of which repetition it takes the place. */
  readonly instead: ContentLine | undefined;
  readonly uid: string | undefined;
  /** The repetition does not take place, and nothing else instead. */
  readonly cancelled: boolean;
  readonly name: string;
}

const once = ['DTSTART', 'DTEND', 'DURATION', 'RRULE', 'RECURRENCE-ID', 'UID', 'SUMMARY', 'STATUS'];

/** The events of a file that were not cancelled; whatever else is in it is passed over. */
export function icsEvents(lines: readonly ContentLine[]): Result<readonly IcsEvent[], IcsFault> {
  const open: ContentLine[] = [];
  const events: IcsEvent[] = [];
  let own: ContentLine[] = [];
  let calendars = 0;
  let rules = 0;
  for (const line of lines) {
    const component = line.value.trim().toUpperCase();
    if (line.name === 'BEGIN') {
      if ((open.length === 0) !== (component === 'VCALENDAR')) return faulty('no-calendar', line.line);
      if (open.length === 0) calendars += 1;
      open.push(line);
      if (isEvent(open)) own = [];
    } else if (line.name === 'END') {
      if (open.at(-1)?.value.trim().toUpperCase() !== component) return faulty('unbalanced', line.line);
      if (isEvent(open)) {
        const event = eventOf(own, open.at(-1) ?? line);
        if (!event.ok) return event;
        if (event.value) events.push(event.value);
        if (event.value?.rule) rules += 1;
        if (events.length > MAX_EVENTS || rules > MAX_RULES) return faulty('too-many-events', line.line);
      }
      open.pop();
    } else if (open.length === 0) return faulty('no-calendar', line.line);
    else if (isEvent(open)) own.push(line);
  }
  const unfinished = open.at(-1);
  if (unfinished) return faulty('unfinished', unfinished.line);
  return calendars === 0 ? faulty('no-calendar', 1) : succeed(events);
}

const isEvent = (open: readonly ContentLine[]): boolean =>
  open.length === 2 && open[1]?.value.trim().toUpperCase() === 'VEVENT';

function eventOf(own: readonly ContentLine[], begin: ContentLine): Result<IcsEvent | undefined, IcsFault> {
  const seen = new Set<string>();
  for (const { name, line } of own) {
    if (once.includes(name) && seen.has(name)) return faulty('repeated-property', line);
    seen.add(name);
  }
  const the = (name: string): ContentLine | undefined => own.find((line) => line.name === name);
  const excluding = the('EXRULE');
  // Of RFC 2445: passed over, the days that it takes away would be holidays.
  if (excluding) return faulty('unsupported-recurrence', excluding.line);
  // A repetition that was cancelled still takes the place of the one that it was.
  const isCancelled = the('STATUS')?.value.trim().toUpperCase() === 'CANCELLED';
  if (isCancelled && !the('RECURRENCE-ID')) return succeed(undefined);
  const instead = the('RECURRENCE-ID');
  // All that follow too, or those of an event that has no name: neither says which days are meant.
  if (instead && (instead.parameters.has('RANGE') || !the('UID')))
    return faulty('unsupported-recurrence', instead.line);
  const start = the('DTSTART');
  if (!start) return faulty('no-start', begin.line);
  return succeed({
    ...{ line: begin.line, start, end: the('DTEND'), duration: the('DURATION'), rule: the('RRULE') },
    moreDates: own.filter(({ name }) => name === 'RDATE'),
    exceptDates: own.filter(({ name }) => name === 'EXDATE'),
    ...{ instead, uid: the('UID')?.value, cancelled: isCancelled },
    name: nameOf(the('SUMMARY')?.value ?? ''),
  });
}

const MAX_NAME = 120;

/** Text of RFC 5545 §3.3.11 as one line. */
const nameOf = (text: string): string =>
  text
    .replace(/\\([\\;,nN])/g, (_, escaped: string) => (escaped.toLowerCase() === 'n' ? ' ' : escaped))
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_NAME);
