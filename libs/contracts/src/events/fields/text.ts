import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsString,
  ValidateBy,
  type ValidationOptions,
} from 'class-validator';
import { together } from './dto-class.js';
import { type RuleCode } from './rules.js';
import { timeProblem } from './rfc3339.js';
import { ReadAs } from './structure.js';

/** No line breaks and no control characters; what is left may be shown in one line. */
const LINE = '^[^\\p{Cc}\\p{Zl}\\p{Zp}]*$';
/** As a line, and nothing that is not seen: two ids that look the same are the same (bidi overrides, zero-width joiners, fillers). */
const REFERENCE = '^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}\\u2800]*$';
const CODE = '^[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}._:/-]*$';
/** Anything that is seen; found in no text of blanks, joiners, marks of direction and fillers alone. */
const SEEN = '[^\\p{White_Space}\\p{Cc}\\p{Cf}\\p{Default_Ignorable_Code_Point}\\u2800]';
/** `javascript:` in a link would run in the browser of the person who reads the timeline. */
const LINK = '^(https?://|/)[^\\s\\p{Cc}\\p{Cf}]*$';

const MAX_LINK = 2048; // What browsers and proxies agree on.
const MAX_TEXT = 20_000; // Of the 32 KB that a touchpoint may have.

const freeText = new WeakMap<object, string[]>();

/** Names of the fields of a DTO that hold free text, in order of declaration. */
export const freeTextFieldsOf = (dto: object): readonly string[] => freeText.get(dto) ?? [];

/** Surrogate pairs count once. */
const codePoints = (text: string): number => {
  let count = 0;
  for (let index = 0; index < text.length; index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1) count++;
  return count;
};

/** Whether a text has so many code points; most texts are told by their units alone. */
export const isLengthBetween = (text: string, min: number, max: number): boolean =>
  text.length >= min && (text.length <= max || (text.length <= 2 * max && codePoints(text) <= max));

/** In code points, as JSON Schema counts. Not class-validator's MaxLength: that one does not count variation selectors at all. */
export const LengthBetween = (min: number, max: number, options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'lengthBetween',
      constraints: [min, max],
      validator: {
        validate: (value: unknown) => typeof value === 'string' && isLengthBetween(value, min, max),
      },
    },
    options,
  );

export function HasPattern(
  source: string,
  code: RuleCode = 'malformed',
  options?: ValidationOptions,
): PropertyDecorator {
  const pattern = new RegExp(source, 'u');
  const validate = (value: unknown) => typeof value === 'string' && pattern.test(value);
  return ValidateBy({ name: 'hasPattern', constraints: [source, 'u', code], validator: { validate } }, options);
}

const patterned = (source: string, max: number): PropertyDecorator =>
  together(IsString(), LengthBetween(1, max), HasPattern(source));

/** What somebody wrote, of any number of lines. Its direction is detected when it is accepted. */
export const FreeText = (max = MAX_TEXT): PropertyDecorator =>
  together(IsString(), LengthBetween(1, max), ({ constructor }, name) => {
    // Decorators of a class run from its first property to its last.
    freeText.set(constructor, [...freeTextFieldsOf(constructor), String(name)]);
  });

/** What one of us writes for somebody to read: who sends nothing that is seen has sent nothing. What others have recorded is `FreeText`. */
export const WrittenText = (max = MAX_TEXT): PropertyDecorator => together(FreeText(max), HasPattern(SEEN, 'blank'));

const seen = new RegExp(SEEN, 'u');

/** Whether nobody would see anything of a text. */
export const isBlank = (text: string): boolean => !seen.test(text);

/** A name or a title. */
export const Line = (max = 200): PropertyDecorator => patterned(LINE, max);

/** The id of something outside: an order, a ticket, a file. */
export const Reference = (max = 128): PropertyDecorator => patterned(REFERENCE, max);

/** A word from a list that the organisation keeps: a campaign, a branch, a plan. */
export const Code = (max = 64): PropertyDecorator => patterned(CODE, max);

/** http, https, or a path within the organisation's own site. */
export const Link = (): PropertyDecorator => patterned(LINK, MAX_LINK);

export const Pattern = (source: string, max: number): PropertyDecorator => patterned(source, max);

/** One of a closed list. */
export const OneOf = (values: readonly (string | null)[]): PropertyDecorator => IsIn([...values]);

/** RFC 3339 with a zone, from 1900 to 2199; UTC with milliseconds after reading. */
export const Instant = (): PropertyDecorator =>
  together(
    ReadAs('instant'),
    ValidateBy({ name: 'isInstant', validator: { validate: (value: unknown) => timeProblem(value) === undefined } }),
  );

/** Exact, never negative: at most 15 digits before the point and 6 behind it, no leading zeros. */
export const Decimal = (sign: 'positive' | 'zero_or_more'): PropertyDecorator => {
  const digits = '(0|[1-9][0-9]{0,14})([.][0-9]{1,6})?$';
  return together(
    ReadAs('amount'),
    IsString(),
    LengthBetween(1, 22),
    HasPattern(sign === 'positive' ? `^(?![0.]+$)${digits}` : `^${digits}`, 'amount_not_positive'),
  );
};

/** Several of what `Code` is one of. */
export const Codes = (max: number): PropertyDecorator => eachPatterned(CODE, 64, max);

/** Several texts of one pattern. */
export const Patterns = (source: string, length: number, max: number): PropertyDecorator =>
  eachPatterned(source, length, max);

const eachPatterned = (source: string, length: number, max: number): PropertyDecorator =>
  together(
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(max),
    LengthBetween(1, length, { each: true }),
    HasPattern(source, 'malformed', { each: true }),
  );
