import { type EpochMs, fail, type Position, type Result, succeed } from '#kernel';
import {
  type Priority,
  priorities,
  statusCategories,
  type StatusCategory,
} from '../conversations/conversation-words.js';
import { isTimeZoneName } from '../events/fields/time-zone.js';
import { foldDigits } from '../events/fields/fold-digits.js';
import { given, ParameterReader, type RawParameters } from '../parameters.js';
import { type FieldError } from '../touchpoints/touchpoint-result.js';
import { type Channel, channels } from '../touchpoints/touchpoint-event.js';
import { MAX_AT_RISK_SECONDS, queueViews, type QueueView } from './queue-words.js';

/** Which conversations of a view; none of it is required. */
export interface QueueFilter {
  readonly team?: string;
  /** Kind and id; `nobody` for those that nobody has. */
  readonly agent?: string;
  readonly channel?: Channel;
  /** Empty: all. */
  readonly categories?: readonly StatusCategory[];
  /** The organisation's own words; empty: all. */
  readonly statuses?: readonly string[];
  readonly priorities?: readonly Priority[];
  /** Must have all of them. */
  readonly tags?: readonly string[];
  /** How near a due time is at risk. */
  readonly withinSeconds?: number;
  /** IANA name: where today ends. The installation's own unless told otherwise. */
  readonly timeZone?: string;
}

export interface QueueParameters extends QueueFilter {
  readonly view: QueueView;
  /** The queue as it was then. */
  readonly asOf?: EpochMs;
  readonly cursor?: string;
  /** 1–200; 50 unless told otherwise. */
  readonly limit?: number;
  /** Wait until everything up to it is shown. */
  readonly minPosition?: Position;
}

export interface QueueCountParameters extends Pick<QueueFilter, 'team' | 'channel' | 'withinSeconds' | 'timeZone'> {
  readonly minPosition?: Position;
}

export interface SavedViewCountParameters extends Pick<QueueFilter, 'timeZone'> {
  readonly minPosition?: Position;
}

export interface QueueFollowParameters extends QueueFilter {
  readonly view: QueueView;
  /** Begin right behind this position; now, without it. */
  readonly after?: Position;
}

const MAX_FILTER_CODES = 10;

export function parseQueueParameters(parameters: RawParameters): Result<QueueParameters, readonly FieldError[]> {
  const reader = new ParameterReader(parameters);
  const { view = 'all', ...read } = given({
    view: oneOf(reader, 'view', isView),
    ...filterIn(reader),
    asOf: reader.time('asOf'),
    cursor: reader.text('cursor'),
    limit: reader.limit(),
    minPosition: reader.position('minPosition'),
  });
  reader.refuseOthers();
  return reader.errors.length > 0 ? fail(reader.errors) : succeed({ view, ...read });
}

export function parseQueueFollowParameters(
  parameters: RawParameters,
): Result<QueueFollowParameters, readonly FieldError[]> {
  const reader = new ParameterReader(parameters);
  const { view = 'all', ...read } = given({
    view: oneOf(reader, 'view', isView),
    ...filterIn(reader),
    after: reader.position('after'),
  });
  reader.refuseOthers();
  return reader.errors.length > 0 ? fail(reader.errors) : succeed({ view, ...read });
}

export function parseQueueCountParameters(
  parameters: RawParameters,
): Result<QueueCountParameters, readonly FieldError[]> {
  const reader = new ParameterReader(parameters);
  const read = given({
    team: reader.text('team', 64),
    channel: oneOf(reader, 'channel', isChannel),
    withinSeconds: secondsIn(reader),
    timeZone: zoneIn(reader),
    minPosition: reader.position('minPosition'),
  });
  reader.refuseOthers();
  return reader.errors.length > 0 ? fail(reader.errors) : succeed(read);
}

export function parseSavedViewCountParameters(
  parameters: RawParameters,
): Result<SavedViewCountParameters, readonly FieldError[]> {
  const reader = new ParameterReader(parameters);
  const read = given({ timeZone: zoneIn(reader), minPosition: reader.position('minPosition') });
  reader.refuseOthers();
  return reader.errors.length > 0 ? fail(reader.errors) : succeed(read);
}

const filterIn = (reader: ParameterReader) => ({
  team: reader.text('team', 64),
  agent: reader.text('agent', 140),
  channel: oneOf(reader, 'channel', isChannel),
  categories: reader.choices('category', isCategory),
  statuses: codesIn(reader, 'status'),
  priorities: reader.choices('priority', isPriority),
  tags: codesIn(reader, 'tag'),
  withinSeconds: secondsIn(reader),
  timeZone: zoneIn(reader),
});

function oneOf<Choice extends string>(
  reader: ParameterReader,
  name: string,
  isChoice: (value: string) => value is Choice,
): Choice | undefined {
  const value = reader.text(name);
  if (value === undefined || isChoice(value)) return value;
  return refuse(reader, name, 'unknown_value', 'Has a value that is not in its list.');
}

function codesIn(reader: ParameterReader, name: 'status' | 'tag'): readonly string[] | undefined {
  const codes = reader.choices(name, isCode);
  if (codes.length <= MAX_FILTER_CODES) return codes;
  return refuse(reader, name, 'too_many', `Must be at most ${String(MAX_FILTER_CODES)}.`);
}

function secondsIn(reader: ParameterReader): number | undefined {
  const value = reader.text('within');
  if (value === undefined) return undefined;
  const digits = foldDigits(value);
  const seconds = /^\d{1,7}$/.test(digits) ? Number(digits) : 0;
  if (seconds >= 1 && seconds <= MAX_AT_RISK_SECONDS) return seconds;
  const detail = `Must be a whole number of seconds from 1 to ${String(MAX_AT_RISK_SECONDS)}.`;
  return refuse(reader, 'within', 'out_of_range', detail);
}

function zoneIn(reader: ParameterReader): string | undefined {
  const value = reader.text('timeZone', 64);
  if (value === undefined || isTimeZoneName(value)) return value;
  return refuse(reader, 'timeZone', 'unknown_value', 'Must be an IANA name, for example Asia/Tehran.');
}

function refuse(reader: ParameterReader, name: string, code: string, detail: string): undefined {
  reader.errors.push({ pointer: `/${name}`, code, detail });
}

const isView = (value: string): value is QueueView => queueViews.some((each) => each === value);
const isChannel = (value: string): value is Channel => channels.some((each) => each === value);
const isCategory = (value: string): value is StatusCategory => statusCategories.some((each) => each === value);
const isPriority = (value: string): value is Priority => priorities.some((each) => each === value);
const isCode = (value: string): value is string => /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._:/-]{0,63}$/u.test(value);
