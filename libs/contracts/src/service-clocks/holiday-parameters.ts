import { fail, type Result, succeed } from '#kernel';
import { foldDigits } from '../events/fields/fold-digits.js';
import { ParameterReader, type RawParameters } from '../parameters.js';
import { type FieldError } from '../touchpoints/touchpoint-result.js';

/** How many years ahead what repeats itself for ever is taken for, unless told otherwise, and at most. */
export const HOLIDAY_YEARS = 5;
export const MAX_HOLIDAY_YEARS = 20;
/** Of a calendar file: thousands of events. */
export const MAX_CALENDAR_FILE_BYTES = 262_144;

export interface HolidayParameters {
  /** Beside the holidays that there are, rather than in their place. */
  readonly add: boolean;
  readonly years: number;
}

export function parseHolidayParameters(parameters: RawParameters): Result<HolidayParameters, readonly FieldError[]> {
  const reader = new ParameterReader(parameters);
  const [add = 'false', ...others] = reader.choices('add', (value) => value === 'true' || value === 'false');
  const years = Number(foldDigits(reader.text('years') ?? String(HOLIDAY_YEARS)));
  reader.refuseOthers();
  const errors = [...reader.errors];
  if (others.length > 0) errors.push({ pointer: '/add', code: 'repeated', detail: 'Must be given once.' });
  if (!Number.isInteger(years) || years < 1 || years > MAX_HOLIDAY_YEARS)
    errors.push({
      ...{ pointer: '/years', code: 'out_of_range' },
      detail: `Must be a whole number from 1 to ${String(MAX_HOLIDAY_YEARS)}.`,
    });
  return errors.length > 0 ? fail(errors) : succeed({ add: add === 'true', years });
}
