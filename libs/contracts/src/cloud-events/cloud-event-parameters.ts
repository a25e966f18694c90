import { fail, type Result, succeed } from '#kernel';
import { given, ParameterReader, type RawParameters } from '../parameters.js';
import { type FieldError } from '../touchpoints/touchpoint-result.js';

/** What the address of a sink may say of all events that are sent to it. */
export interface CloudEventParameters {
  /** `kind:value`; who events without a subject are about. */
  readonly customer?: string;
}

export function parseCloudEventParameters(
  parameters: RawParameters,
): Result<CloudEventParameters, readonly FieldError[]> {
  const reader = new ParameterReader(parameters);
  const read = given({ customer: reader.text('customer', 300) });
  reader.refuseOthers();
  return reader.errors.length > 0 ? fail(reader.errors) : succeed(read);
}
