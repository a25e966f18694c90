import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import { type Result, succeed } from '#kernel';
import { type ContentLine } from './content-lines.js';
import { faulty, type IcsFault } from './ics-fault.js';

const several = (one: string): RegExp => new RegExp(`^${one}(,${one})*$`);

/** What a rule of days off may say, and how: the library passes over what it does not know, and another day would be a holiday. */
const parts: Readonly<Record<string, RegExp>> = {
  FREQ: /^(DAILY|WEEKLY|MONTHLY|YEARLY)$/,
  INTERVAL: /^[1-9]\d{0,2}$/,
  COUNT: /^[1-9]\d{0,3}$/,
  UNTIL: /^\d{8}(T\d{6}Z?)?$/,
  BYMONTH: several('(1[0-2]|0?[1-9])'),
  BYMONTHDAY: several('[+-]?(3[01]|[12]\\d|0?[1-9])'),
  BYDAY: several('([+-]?[1-9]\\d?)?(MO|TU|WE|TH|FR|SA|SU)'),
  BYSETPOS: several('[+-]?[1-9]\\d{0,2}'),
  WKST: /^(MO|TU|WE|TH|FR|SA|SU)$/,
  RSCALE: /^GREGORIAN$/,
};
/** Parts of RFC 5545 and 7529 that no day off needs, or that would be counted in another calendar. */
const unsupported = ['BYSECOND', 'BYMINUTE', 'BYHOUR', 'BYYEARDAY', 'BYWEEKNO', 'SKIP'];

export interface Repeating {
  readonly rule: ContentLine;
  readonly start: Temporal.ZonedDateTime;
  /** Of a day rather than a moment: an `UNTIL` is one too. */
  readonly ofDay: boolean;
  /** Of the business calendar. */
  readonly timeZone: string;
  /** The last day that is wanted of what has no end. */
  readonly until: Temporal.PlainDate;
  readonly most: number;
}

/** When something takes place that repeats itself, its start in any case (RFC 5545 §3.8.5.3). */
export function repetitions({
  rule,
  start,
  ofDay,
  timeZone,
  until,
  most,
}: Repeating): Result<readonly Temporal.ZonedDateTime[], IcsFault> {
  const given = partsOf(rule);
  if (!given.ok) return given;
  const written = start.toPlainDateTime().toString().replace(/[-:]/g, '').slice(0, 15);
  const begin = ofDay ? `DTSTART;VALUE=DATE:${written.slice(0, 8)}` : `DTSTART;TZID=${start.timeZoneId}:${written}`;
  try {
    const text = [...given.value]
      .map(([name, value]) => `${name}=${name === 'UNTIL' && ofDay ? lastDayOf(value, timeZone) : value}`)
      .join(';');
    const recurrence = new RRuleTemporal({
      ...{ rruleString: `${begin}\nRRULE:${text}`, temporal: Temporal, includeDtstart: true, cache: false },
      // Five hundred years of a yearly rule. One that finds no day for so long has none, and is looked for no longer.
      ...{ maxIterations: 1_000, maxCandidateEvaluations: 10_000 },
    });
    const found = recurrence.all(
      (at, index) => index <= most && Temporal.PlainDate.compare(at.toPlainDate(), until) <= 0,
    );
    if (found.length > most) return faulty('too-many-repetitions', rule.line);
    const wanted = found.filter((at) => Temporal.PlainDate.compare(at.toPlainDate(), until) <= 0);
    // Its own day counts, however far ahead it is.
    const days = wanted.length === 0 ? [start] : wanted;
    return succeed(ofDay ? days.map((at) => at.toPlainDate().toZonedDateTime('UTC')) : days);
  } catch (error) {
    const isEndless = error instanceof Error && /maximum/i.test(error.message);
    return faulty(isEndless ? 'too-many-repetitions' : 'invalid-recurrence', rule.line);
  }
}

function partsOf({ value, line }: ContentLine): Result<ReadonlyMap<string, string>, IcsFault> {
  const given = new Map<string, string>();
  for (const part of value.trim().toUpperCase().split(';')) {
    const [name = '', text = '', ...others] = part.split('=');
    if (unsupported.includes(name) || (name === 'FREQ' && /^(HOUR|MINUTE|SECOND)LY$/.test(text)))
      return faulty('unsupported-recurrence', line);
    if (name === 'RSCALE' && text !== 'GREGORIAN') return faulty('unsupported-recurrence', line);
    if (others.length > 0 || given.has(name) || parts[name]?.test(text) !== true)
      return faulty('invalid-recurrence', line);
    given.set(name, text);
  }
  const isWhole = given.has('FREQ') && !(given.has('COUNT') && given.has('UNTIL'));
  return isWhole ? succeed(given) : faulty('invalid-recurrence', line);
}

const UTC_MOMENT = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** Many write the end of what lasts all day as a moment; where that is the first of a day here, they mean this day and not the one in UTC. */
function lastDayOf(value: string, timeZone: string): string {
  const written = UTC_MOMENT.test(value) ? value.replace(UTC_MOMENT, '$1-$2-$3T$4:$5:$6Z') : undefined;
  if (written === undefined) return value.slice(0, 8);
  const here = Temporal.Instant.from(written).toZonedDateTimeISO(timeZone);
  return here.equals(here.startOfDay()) ? here.toPlainDate().toString().replaceAll('-', '') : value.slice(0, 8);
}
