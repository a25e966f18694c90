import { type EpochMs, type Position } from '#kernel';
import { foldDigits } from './events/fields/fold-digits.js';
import { parseTime } from './events/fields/rfc3339.js';
import { MAX_PAGE_LIMIT } from './paging.js';
import { type FieldError } from './touchpoints/touchpoint-result.js';

/** The parameters of a request's query as a server reads them: a repeated one is an array. */
export type RawParameters = Readonly<Record<string, unknown>>;

const MAX_POSITION = 2n ** 63n - 1n;
const MAX_TEXT = 512;

const timeProblems = {
  not_a_time: 'Must be a time as in RFC 3339, for example 2026-03-21T09:30:00Z.',
  time_without_zone: 'Must say its offset from UTC, for example Z or +03:30.',
  time_out_of_range: 'Must lie between the years 1900 and 2199.',
};

/** Decimal digits, at most 2^63 − 1, as the positions that we answered with; `undefined` for any other text. */
export function parsePosition(text: string): Position | undefined {
  const digits = foldDigits(text);
  if (!/^\d{1,19}$/.test(digits)) return undefined;
  const position = BigInt(digits);
  return position <= MAX_POSITION ? position : undefined;
}

/** Reads parameters one by one and collects everything that is wrong with them. Persian and Arabic digits are digits. */
export class ParameterReader {
  readonly errors: FieldError[] = [];
  readonly #known = new Set<string>();

  constructor(private readonly parameters: RawParameters) {}

  text(name: string, maxLength = MAX_TEXT): string | undefined {
    const [value, ...others] = this.#values(name);
    if (others.length > 0) return this.#refuse(name, 'repeated', 'Must be given once.');
    if (value === undefined || value === '') return undefined;
    if (value.length > maxLength)
      return this.#refuse(name, 'too_long', `Must have at most ${String(maxLength)} characters.`);
    return value;
  }

  /** Repeated, separated by commas, or both. */
  choices<Choice extends string>(name: string, isChoice: (value: string) => value is Choice): readonly Choice[] {
    const values = this.#values(name)
      .flatMap((value) => value.split(','))
      .filter((value) => value !== '');
    if (values.every(isChoice)) return [...new Set(values)];
    this.#refuse(name, 'unknown_value', 'Has a value that is not in its list.');
    return [];
  }

  time(name: string): EpochMs | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    // In a query, `+` is a space to servers: an offset that was not percent-encoded arrives as ` 03:30`.
    const time = parseTime(value.replace(/ (\d\d:\d\d)$/, '+$1'));
    return 'epochMs' in time ? time.epochMs : this.#refuse(name, time.problem, timeProblems[time.problem]);
  }

  position(name: string): Position | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    return parsePosition(value) ?? this.#refuse(name, 'not_a_position', 'Must be a position as it was answered.');
  }

  limit(name = 'limit'): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const digits = foldDigits(value);
    const limit = /^\d{1,6}$/.test(digits) ? Number(digits) : 0;
    if (limit >= 1 && limit <= MAX_PAGE_LIMIT) return limit;
    return this.#refuse(name, 'out_of_range', `Must be a whole number from 1 to ${String(MAX_PAGE_LIMIT)}.`);
  }

  /** Call it last: whatever was not read is a misspelling, and ignoring a filter would answer another question. */
  refuseOthers(): void {
    for (const name of Object.keys(this.parameters))
      if (!this.#known.has(name)) this.#refuse(name, 'unknown_parameter', 'Is not a parameter of this request.');
  }

  #values(name: string): readonly string[] {
    this.#known.add(name);
    const value = this.parameters[name];
    if (value === undefined) return [];
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (!values.every((each) => typeof each === 'string')) this.#refuse(name, 'not_text', 'Must be text.');
    // PostgreSQL cannot hold these in text; no name or id has them.
    else if (values.some((each) => /[\0\p{Cs}]/u.test(each)))
      this.#refuse(name, 'invalid_text', 'Must be valid text without NUL.');
    else return values;
    return [];
  }

  #refuse(name: string, code: string, detail: string): undefined {
    // JSON Pointer (RFC 6901) into the parameters as an object.
    const pointer = `/${name.slice(0, MAX_TEXT).replaceAll('~', '~0').replaceAll('/', '~1')}`;
    this.errors.push({ pointer, code, detail });
  }
}

/** Only the members that were given: `exactOptionalPropertyTypes` tells absent from `undefined`. */
export function given<Members extends Readonly<Record<string, unknown>>>(
  members: Members,
): { [Name in keyof Members]?: Exclude<Members[Name], undefined> } {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof Members]?: Exclude<Members[Name], undefined> };
}
