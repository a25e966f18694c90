import { fail, succeed, type EpochMs, type Position, type Result } from '#kernel';
import { given, ParameterReader, type RawParameters } from '../parameters.js';
import { KIND } from '../touchpoints/touchpoint.dto.js';
import { channels, type Channel } from '../touchpoints/touchpoint-event.js';
import { type FieldError } from '../touchpoints/touchpoint-result.js';
import { isTimelineDecisionType } from './timeline-decision.js';

export type TimelineOrder = 'asc' | 'desc';

/** `touchpoint`: what was reported. `decision`: what was decided about the customer, here. */
export const timelineCategories = ['touchpoint', 'decision'] as const;
export type TimelineCategory = (typeof timelineCategories)[number];

/** What a timeline may be asked for; none of it is required. */
export interface TimelineParameters {
  /** Without it, both. */
  readonly category?: TimelineCategory;
  /** Kinds of touchpoints, where `custom` stands for every `custom:<name>`, and types of decisions. Empty: all. */
  readonly kinds?: readonly string[];
  /** Empty: all, and those without a channel. */
  readonly channels?: readonly Channel[];
  /** `occurredAt` at or after. */
  readonly from?: EpochMs;
  /** `occurredAt` before. */
  readonly to?: EpochMs;
  /** What had happened by then: `occurredAt` at or before. */
  readonly asOf?: EpochMs;
  /** What we knew then: recorded at or before. */
  readonly knownAt?: EpochMs;
  readonly cursor?: string;
  /** By `occurredAt`; newest first unless told otherwise. */
  readonly order?: TimelineOrder;
  /** 1–200; 50 unless told otherwise. */
  readonly limit?: number;
  /** Wait until everything up to it is shown. */
  readonly minPosition?: Position;
}

/** Reads `category`, `kind`, `channel` (the last two repeated or with commas), `from`, `to`, `asOf`, `knownAt`, `cursor`, `order`, `limit`, `minPosition`. */
export function parseTimelineParameters(parameters: RawParameters): Result<TimelineParameters, readonly FieldError[]> {
  const reader = new ParameterReader(parameters);
  const [order, ...orders] = reader.choices('order', isOrder);
  const [category, ...categories] = reader.choices('category', isCategory);
  const read = given({
    category,
    kinds: reader.choices('kind', isKind),
    channels: reader.choices('channel', isChannel),
    from: reader.time('from'),
    to: reader.time('to'),
    asOf: reader.time('asOf'),
    knownAt: reader.time('knownAt'),
    cursor: reader.text('cursor'),
    order,
    limit: reader.limit(),
    minPosition: reader.position('minPosition'),
  });
  reader.refuseOthers();
  const once = (pointer: string): FieldError => ({ pointer, code: 'repeated', detail: 'Must be given once.' });
  if (orders.length > 0) reader.errors.push(once('/order'));
  if (categories.length > 0) reader.errors.push(once('/category'));
  if (read.from !== undefined && read.to !== undefined && read.from >= read.to)
    reader.errors.push({ pointer: '/to', code: 'empty_range', detail: 'Must be later than from.' });
  return reader.errors.length > 0 ? fail(reader.errors) : succeed(read);
}

const isOneOf =
  <Choice extends string>(choices: readonly Choice[]) =>
  (value: string): value is Choice =>
    choices.some((choice) => choice === value);

const isOrder = isOneOf<TimelineOrder>(['asc', 'desc']);
const isCategory = isOneOf(timelineCategories);
const isChannel = isOneOf<Channel>(channels);
const kindPattern = new RegExp(KIND);
const isKind = (value: string): value is string =>
  value === 'custom' || kindPattern.test(value) || isTimelineDecisionType(value);
