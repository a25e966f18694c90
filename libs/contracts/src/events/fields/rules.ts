import { type JsonSchema } from '../json-schema/json-schema.js';
import { timeProblem } from './rfc3339.js';

/** What a broken rule is called towards the sender. Stable: senders may depend on it. */
export type RuleCode =
  | 'not_text'
  | 'not_a_whole_number'
  | 'not_true_or_false'
  | 'not_an_object'
  | 'not_a_list'
  | 'not_allowed'
  | 'unknown_kind'
  | 'unknown_currency'
  | 'unknown_country'
  | 'empty'
  | 'blank'
  | 'too_long'
  | 'too_few'
  | 'too_many'
  | 'below_minimum'
  | 'above_maximum'
  | 'malformed'
  | 'not_an_amount'
  | 'amount_not_positive'
  | 'not_a_time'
  | 'time_without_zone'
  | 'time_out_of_range'
  | 'score_does_not_fit'
  | 'unknown_field';

export interface Rule {
  /** The name under which class-validator reports it. */
  readonly name: string;
  readonly constraints: readonly unknown[];
  /** It holds for each item of a list. */
  readonly each: boolean;
}

interface RuleMeaning {
  code(value: unknown, constraints: readonly unknown[]): RuleCode;
  /** Keywords for the field's schema. */
  schema(constraints: readonly unknown[]): JsonSchema;
  /** Those that it is compiled from, where they are others: our own are quicker, and take everything that is read. */
  compiled?(constraints: readonly unknown[]): JsonSchema;
  /** Keywords for the schema of the object that the field is in. */
  objectSchema?(): JsonSchema;
}

const type = (name: string) => () => ({ type: name });
const among = ([values]: readonly unknown[]) => ({ among: values });
const always = (code: RuleCode) => () => code;

const codeOfPattern = (value: unknown, [, , code]: readonly unknown[]): RuleCode => {
  if (code === 'amount_not_positive') return /^[0.]+$/.test(String(value)) ? 'amount_not_positive' : 'not_an_amount';
  return code === 'unknown_kind' || code === 'blank' ? code : 'malformed';
};

/** With `dismissed: true` there is no score; otherwise there is one, in the range of its survey (NPS 0–10, CSAT 1–5, CES 1–7). */
const scoreSchema = {
  if: { properties: { dismissed: { const: true } }, required: ['dismissed'] },
  then: { not: { required: ['score'] } },
  else: { required: ['score'] },
  allOf: Object.entries({ nps: [0, 10], csat: [1, 5], ces: [1, 7] }).map(([survey, [minimum, maximum]]) => ({
    if: { properties: { survey: { const: survey } } },
    then: { properties: { score: { minimum, maximum } } },
  })),
};

/**
 * Every rule that a field may have: one table for the errors and for the JSON Schema, so that both say the same. A rule that is
 * not here makes reading the DTO throw.
 */
export const rules: Readonly<Record<string, RuleMeaning>> = {
  isString: { code: always('not_text'), schema: type('string'), compiled: () => ({ type: 'string', readable: true }) },
  isInt: { code: always('not_a_whole_number'), schema: type('integer') },
  isBoolean: { code: always('not_true_or_false'), schema: type('boolean') },
  isObject: { code: always('not_an_object'), schema: type('object') },
  nestedValidation: { code: always('not_an_object'), schema: () => ({}) },
  isArray: { code: always('not_a_list'), schema: type('array') },
  arrayMinSize: { code: always('too_few'), schema: ([minItems]) => ({ minItems }) },
  arrayMaxSize: { code: always('too_many'), schema: ([maxItems]) => ({ maxItems }) },
  min: { code: always('below_minimum'), schema: ([minimum]) => ({ minimum }) },
  max: { code: always('above_maximum'), schema: ([maximum]) => ({ maximum }) },
  isIn: { code: always('not_allowed'), schema: ([values]) => ({ enum: values }), compiled: among },
  isCurrency: { code: always('unknown_currency'), schema: ([values]) => ({ enum: values }), compiled: among },
  isCountry: { code: always('unknown_country'), schema: ([values]) => ({ enum: values }), compiled: among },
  lengthBetween: {
    code: (value) => (value === '' ? 'empty' : 'too_long'),
    schema: ([minLength, maxLength]) => ({ minLength, maxLength }),
    compiled: (lengths) => ({ type: 'string', lengthBetween: lengths }),
  },
  hasPattern: {
    code: codeOfPattern,
    schema: ([pattern]) => ({ type: 'string', pattern: String(pattern) }),
    compiled: ([pattern]) => ({ type: 'string', readable: true, pattern: String(pattern) }),
  },
  isInstant: {
    code: (value) => timeProblem(value) ?? 'not_a_time',
    // Longer than any fraction and offset; the years are those that are read.
    schema: () => ({ type: 'string', format: 'date-time', maxLength: 40, pattern: '^(19|20|21)[0-9]{2}-' }),
    compiled: () => ({ type: 'string', instant: true }),
  },
  scoreFitsSurvey: { code: always('score_does_not_fit'), schema: () => ({}), objectSchema: () => scoreSchema },
};
