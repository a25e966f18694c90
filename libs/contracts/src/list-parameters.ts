import { fail, type Position, type Result, succeed } from '#kernel';
import { given, ParameterReader, type RawParameters } from './parameters.js';
import { type FieldError } from './touchpoints/touchpoint-result.js';

/** What a list may be asked for that can only be read from its beginning to its end. */
export interface ListParameters {
  readonly cursor?: string;
  /** 1–200; 50 unless told otherwise. */
  readonly limit?: number;
  /** Wait until everything up to it is shown. */
  readonly minPosition?: Position;
}

export function parseListParameters(parameters: RawParameters): Result<ListParameters, readonly FieldError[]> {
  const reader = new ParameterReader(parameters);
  const read = given({
    cursor: reader.text('cursor'),
    limit: reader.limit(),
    minPosition: reader.position('minPosition'),
  });
  reader.refuseOthers();
  return reader.errors.length > 0 ? fail(reader.errors) : succeed(read);
}
