import { type EpochMs, fail, type Position, type Result, succeed } from '#kernel';
import { given, ParameterReader, type RawParameters } from '../parameters.js';
import { type Channel, channels } from '../touchpoints/touchpoint-event.js';
import { type FieldError } from '../touchpoints/touchpoint-result.js';

export const reportGroupings = ['total', 'policy', 'channel', 'team', 'agent', 'day', 'week', 'month'] as const;
export type ReportGrouping = (typeof reportGroupings)[number];
export const backlogGroupings = ['total', 'channel', 'team', 'agent', 'priority', 'category'] as const;
export type BacklogGrouping = (typeof backlogGroupings)[number];
/** By which weeks and months begin, and by which days are called. */
export const reportCalendars = ['gregorian', 'persian'] as const;
export type ReportCalendar = (typeof reportCalendars)[number];

/** Groups beyond these, the smallest ones, are left out, and the report says so. */
export const MAX_REPORT_GROUPS = 1_000;
/** A year and a day: more than anybody compares, and an end to what is counted. */
const MAX_RANGE_MS = 366 * 86_400_000;

export interface ReportFilter {
  readonly channel?: Channel;
  readonly team?: string;
  /** Kind and id; `nobody` for what was nobody's. */
  readonly agent?: string;
}

export interface ServiceReportParameters extends ReportFilter {
  readonly from: EpochMs;
  /** Not included. */
  readonly to: EpochMs;
  readonly by: ReportGrouping;
  /** IANA name: whose days they are. Given with days, weeks and months. */
  readonly timeZone?: string;
  readonly calendar: ReportCalendar;
  readonly minPosition?: Position;
}

export interface BacklogParameters extends ReportFilter {
  /** Now, without it. */
  readonly asOf?: EpochMs;
  readonly by: BacklogGrouping;
  readonly minPosition?: Position;
}

/** Whether days of their own have to be told apart. */
export const isOfDays = (by: ReportGrouping): by is 'day' | 'week' | 'month' =>
  by === 'day' || by === 'week' || by === 'month';

export function parseServiceReportParameters(
  parameters: RawParameters,
): Result<ServiceReportParameters, readonly FieldError[]> {
  const reader = new ParameterReader(parameters);
  const read = given({
    from: reader.time('from'),
    to: reader.time('to'),
    by: oneOf(reader, 'by', reportGroupings),
    timeZone: reader.text('timeZone', 64),
    calendar: oneOf(reader, 'calendar', reportCalendars),
    ...filterIn(reader),
    minPosition: reader.position('minPosition'),
  });
  reader.refuseOthers();
  const { from, to, by = 'total', calendar = 'gregorian', ...others } = read;
  const { errors } = reader;
  const refuse = (name: string, code: string, detail: string): void => {
    if (!errors.some(({ pointer }) => pointer === `/${name}`)) errors.push({ pointer: `/${name}`, code, detail });
  };
  if (from === undefined) refuse('from', 'required', 'Must be given.');
  if (to === undefined) refuse('to', 'required', 'Must be given.');
  if (isOfDays(by) && others.timeZone === undefined)
    refuse('timeZone', 'required', 'Must be given: days begin at another time in each zone.');
  if (from === undefined || to === undefined) return fail(errors);
  if (to <= from) refuse('to', 'empty_range', 'Must be later than from.');
  else if (to - from > MAX_RANGE_MS) refuse('to', 'out_of_range', 'Must lie within 366 days of from.');
  return errors.length > 0 ? fail(errors) : succeed({ ...others, from, to, by, calendar });
}

export function parseBacklogParameters(parameters: RawParameters): Result<BacklogParameters, readonly FieldError[]> {
  const reader = new ParameterReader(parameters);
  const { by = 'total', ...read } = given({
    asOf: reader.time('asOf'),
    by: oneOf(reader, 'by', backlogGroupings),
    ...filterIn(reader),
    minPosition: reader.position('minPosition'),
  });
  reader.refuseOthers();
  return reader.errors.length > 0 ? fail(reader.errors) : succeed({ ...read, by });
}

const filterIn = (reader: ParameterReader) => ({
  channel: oneOf(reader, 'channel', channels),
  team: reader.text('team', 64),
  agent: reader.text('agent', 140),
});

function oneOf<Choice extends string>(
  reader: ParameterReader,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = reader.text(name);
  const choice = choices.find((each) => each === value);
  if (value === undefined || choice !== undefined) return choice;
  reader.errors.push({ pointer: `/${name}`, code: 'unknown_value', detail: 'Has a value that is not in its list.' });
  return undefined;
}
