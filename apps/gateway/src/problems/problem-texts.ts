import { type ProblemCode } from './problem-codes.js';

/** What can be wrong with the text of a touchpoint; what can be wrong with its value is in the contracts. */
export type ItemCode = 'malformed_json' | 'invalid_utf8' | 'too_large' | 'too_deep' | 'duplicate_member';

/** What can be wrong with a parameter. */
export type ParameterCode =
  | 'unknown_parameter'
  | 'unknown_value'
  | 'repeated'
  | 'too_long'
  | 'not_text'
  | 'invalid_text'
  | 'not_a_position'
  | 'not_a_time'
  | 'time_without_zone'
  | 'time_out_of_range'
  | 'empty_range'
  | 'out_of_range'
  | 'in_the_future'
  | 'invalid_reference'
  | 'invalid_idempotency_key'
  | 'invalid_entity_tag'
  | 'invalid_cursor';

export interface ProblemTexts {
  readonly problems: Readonly<Record<ProblemCode, readonly [title: string, detail: string]>>;
  readonly items: Readonly<Record<ItemCode, string>>;
  readonly parameters: Readonly<Record<ParameterCode, string>>;
}
