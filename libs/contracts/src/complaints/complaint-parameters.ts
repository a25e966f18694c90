import { type EpochMs, fail, type Position, type Result, succeed } from '#kernel';
import { given, ParameterReader, type RawParameters } from '../parameters.js';
import { type FieldError } from '../touchpoints/touchpoint-result.js';
import { typedReference } from './typed-reference.js';
import { complaintStages, type ComplaintStage } from './complaint-words.js';

/** What a list of complaints may be asked for; none of it is required. */
export interface ComplaintListParameters {
  /** Empty: all. */
  readonly stages?: readonly ComplaintStage[];
  /** As the customer names it. */
  readonly reference?: string;
  /** Also what was complained of in those that were merged into it. */
  readonly conversation?: string;
  readonly cursor?: string;
  /** 1–200; 50 unless told otherwise. */
  readonly limit?: number;
  /** Wait until everything up to it is shown. */
  readonly minPosition?: Position;
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

export function parseComplaintListParameters(
  parameters: RawParameters,
): Result<ComplaintListParameters, readonly FieldError[]> {
  const reader = new ParameterReader(parameters);
  const read = given({
    stages: reader.choices('stage', isStage),
    reference: reader.text('reference', 40),
    conversation: reader.text('conversation', 36),
    cursor: reader.text('cursor'),
    limit: reader.limit(),
    minPosition: reader.position('minPosition'),
  });
  reader.refuseOthers();
  const errors: FieldError[] = [...reader.errors];
  if (read.conversation !== undefined && !UUID.test(read.conversation))
    errors.push({ pointer: '/conversation', code: 'unknown_value', detail: 'Must be the id of a conversation.' });
  if (errors.length > 0) return fail(errors);
  return succeed(read.reference === undefined ? read : { ...read, reference: typedReference(read.reference) });
}

/** A year and a day: more than anybody compares, and an end to what is counted. */
const MAX_RANGE_MS = 366 * 86_400_000;

export interface ComplaintFiguresParameters {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly minPosition?: Position;
}

export function parseComplaintFiguresParameters(
  parameters: RawParameters,
): Result<ComplaintFiguresParameters, readonly FieldError[]> {
  const reader = new ParameterReader(parameters);
  const read = given({
    from: reader.time('from'),
    to: reader.time('to'),
    minPosition: reader.position('minPosition'),
  });
  reader.refuseOthers();
  const { from, to, ...others } = read;
  const errors: FieldError[] = [...reader.errors];
  for (const name of ['from', 'to'] as const)
    if (read[name] === undefined && !errors.some(({ pointer }) => pointer === `/${name}`))
      errors.push({ pointer: `/${name}`, code: 'required', detail: 'Must be given.' });
  if (from === undefined || to === undefined) return fail(errors);
  if (to <= from) errors.push({ pointer: '/to', code: 'empty_range', detail: 'Must be later than from.' });
  else if (to - from > MAX_RANGE_MS)
    errors.push({ pointer: '/to', code: 'out_of_range', detail: 'Must lie within 366 days of from.' });
  return errors.length > 0 ? fail(errors) : succeed({ ...others, from, to });
}

const isStage = (value: string): value is ComplaintStage => complaintStages.some((each) => each === value);
