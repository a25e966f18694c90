import { fail, type Result, succeed } from '#kernel';
import { given, ParameterReader, type RawParameters } from '../parameters.js';
import { type FieldError } from '../touchpoints/touchpoint-result.js';

export interface DebuggerParameters {
  /** One source; without it, all of them. */
  readonly source?: string;
  /** 1–200; 50 unless told otherwise. */
  readonly limit?: number;
}

export function parseDebuggerParameters(parameters: RawParameters): Result<DebuggerParameters, readonly FieldError[]> {
  const reader = new ParameterReader(parameters);
  const read = given({ source: reader.text('source', 64), limit: reader.limit() });
  reader.refuseOthers();
  return reader.errors.length > 0 ? fail(reader.errors) : succeed(read);
}
