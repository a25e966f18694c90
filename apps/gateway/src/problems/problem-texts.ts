import { type RequiredThing, type TextFault } from '#contracts';
import { type ProblemCode } from './problem-codes.js';

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
  | 'invalid_file_name'
  | 'invalid_cursor';

export interface ProblemTexts {
  readonly problems: Readonly<Record<ProblemCode, readonly [title: string, detail: string]>>;
  readonly items: Readonly<Record<TextFault, string>>;
  /** What is named and nobody has set up; `{name}` stands for it. */
  readonly unknown: Readonly<Record<'agent' | 'team' | 'attachment', string>>;
  /** What is missing before a conversation is resolved. */
  readonly required: Readonly<Record<RequiredThing, string>>;
  readonly parameters: Readonly<Record<ParameterCode, string>>;
}
