import { fail, succeed, type Position, type Result } from '#kernel';
import { given, ParameterReader, type RawParameters } from '../parameters.js';
import { type FieldError } from '../touchpoints/touchpoint-result.js';

/** What a list of customers may be asked for; none of it is required. */
export interface CustomerListParameters {
  /** Words, or a telephone number in any notation; a customer is found by parts of name, e-mail, telephone and numbers. */
  readonly search?: string;
  readonly cursor?: string;
  /** 1–200; 50 unless told otherwise. */
  readonly limit?: number;
  /** Wait until everything up to it is shown. */
  readonly minPosition?: Position;
}

export const MAX_SEARCH_LENGTH = 200;

export function parseCustomerListParameters(
  parameters: RawParameters,
): Result<CustomerListParameters, readonly FieldError[]> {
  const reader = new ParameterReader(parameters);
  const read = given({
    search: reader.text('search', MAX_SEARCH_LENGTH),
    cursor: reader.text('cursor'),
    limit: reader.limit(),
    minPosition: reader.position('minPosition'),
  });
  reader.refuseOthers();
  return reader.errors.length > 0 ? fail(reader.errors) : succeed(read);
}
