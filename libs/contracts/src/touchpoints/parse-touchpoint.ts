import { type EpochMs, fail, type Result, succeed } from '#kernel';
import { type Broken, check, plain } from '../events/fields/check.js';
import { parseTime } from '../events/fields/rfc3339.js';
import { fieldError, pointerTo } from './field-errors.js';
import { findHostility } from './hostile-json.js';
import { type Language } from './kinds/kind.js';
import { kindOf } from './kinds/kind-of.js';
import { kinds } from './kinds/kinds.js';
import { isLarger } from './json-size.js';
import { readCompiled } from './read-compiled.js';
import { TouchpointDto } from './touchpoint.dto.js';
import { type FieldError } from './touchpoint-result.js';

/** UTF-8 bytes of one touchpoint as JSON without white space. */
export const MAX_TOUCHPOINT_BYTES = 32 * 1024;
/** Clocks of senders run ahead, and some send local time as UTC; a day covers both. */
const MAX_AHEAD_MS = 24 * 60 * 60 * 1000;

export interface ParseOptions {
  /** Of the details in the errors. */
  readonly language?: Language;
  /** Files may hold larger ones than the network: one wholesale order of the Online Retail data has 542 lines. */
  readonly maxBytes?: number;
}

/**
 * Reads any JSON value as a touchpoint: a plain object of the shape of `TouchpointDto`, times in UTC with milliseconds, Persian
 * and Arabic digits in times and amounts as ASCII. The errors never repeat a value that was sent.
 */
export function parseTouchpoint(
  value: unknown,
  now: EpochMs,
  { language = 'en', maxBytes = MAX_TOUCHPOINT_BYTES }: ParseOptions = {},
): Result<TouchpointDto, readonly FieldError[]> {
  const touchpoint = isObject(value) ? readCompiled(value, maxBytes) : undefined;
  // What the compiled validators refuse is for class-validator to judge; its verdict counts, even if it should be another one.
  if (!touchpoint || !isInTime(touchpoint.occurredAt, now)) return parseThoroughly(value, now, { language, maxBytes });
  return succeed(touchpoint);
}

function isInTime(occurredAt: string, now: EpochMs): boolean {
  const time = parseTime(occurredAt);
  return 'epochMs' in time && time.epochMs - now <= MAX_AHEAD_MS;
}

/**
 * The same by class-validator, which says what is wrong. Fifty times as slow, so it only sees what was refused.
 */
export function parseThoroughly(
  value: unknown,
  now: EpochMs,
  { language = 'en', maxBytes = MAX_TOUCHPOINT_BYTES }: ParseOptions = {},
): Result<TouchpointDto, readonly FieldError[]> {
  const hostility = findHostility(value);
  if (hostility) return fail([fieldError(hostility.pointer, hostility.code, { ...hostility, language })]);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail([fieldError('', 'not_an_object', { language })]);
  if (isLarger(value, maxBytes)) return fail([fieldError('', 'too_large', { limits: [maxBytes], language })]);

  const { touchpoint, errors } = checkAll(value, language);
  const occurred = typeof touchpoint.occurredAt === 'string' ? parseTime(touchpoint.occurredAt) : undefined;
  if (occurred && 'epochMs' in occurred && occurred.epochMs - now > MAX_AHEAD_MS)
    errors.push(fieldError('/occurredAt', 'time_in_future', { language }));
  return errors.length > 0 ? fail(errors) : succeed(touchpoint);
}

function checkAll(value: object, language: Language): { touchpoint: TouchpointDto; errors: FieldError[] } {
  const sent = 'data' in value ? value.data : undefined;
  const toError = (parent: string) => (broken: Broken) =>
    fieldError(broken.path.reduce(pointerTo, parent), broken.code, { limits: broken.limits, language });
  // The kind's part is checked with its own DTO, so the general one only sees whether it is an object.
  const general = check(TouchpointDto, { ...value, ...(isObject(sent) && { data: {} }) });
  const errors = general.broken.map(toError(''));
  const kind = typeof general.value.kind === 'string' ? kindOf(general.value.kind) : undefined;
  let data = sent;
  if (kind && isObject(sent) && kinds[kind].details !== 'free') {
    const own = check(kinds[kind].details, sent);
    errors.push(...own.broken.map(toError('/data')));
    data = own.value;
  }
  // A parser's cast: every rule of the class has been checked, or there are errors.
  return { touchpoint: plain({ ...general.value, data }) as TouchpointDto, errors };
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
