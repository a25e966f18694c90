import { fail, type Position, type Result, succeed } from '#kernel';
import { given, ParameterReader, type RawParameters } from '../parameters.js';
import { type FieldError } from '../touchpoints/touchpoint-result.js';
import { statusCategories, type StatusCategory } from './conversation-words.js';

/** What a list of conversations may be asked for; none of it is required. Without filters: those that are active. */
export interface ConversationListParameters {
  /** An id, or kind:value of an identifier. */
  readonly customer?: string;
  /** Empty: all. */
  readonly categories?: readonly StatusCategory[];
  /** Kind and id; `nobody` for those that nobody has. */
  readonly agent?: string;
  readonly team?: string;
  readonly cursor?: string;
  /** 1–200; 50 unless told otherwise. */
  readonly limit?: number;
  /** Wait until everything up to it is shown. */
  readonly minPosition?: Position;
}

export const NOBODY = 'nobody';

export function parseConversationListParameters(
  parameters: RawParameters,
): Result<ConversationListParameters, readonly FieldError[]> {
  const reader = new ParameterReader(parameters);
  const read = given({
    customer: reader.text('customer'),
    categories: reader.choices('category', isCategory),
    agent: reader.text('agent', 140),
    team: reader.text('team', 64),
    cursor: reader.text('cursor'),
    limit: reader.limit(),
    minPosition: reader.position('minPosition'),
  });
  reader.refuseOthers();
  return reader.errors.length > 0 ? fail(reader.errors) : succeed(read);
}

const isCategory = (value: string): value is StatusCategory => statusCategories.some((each) => each === value);
