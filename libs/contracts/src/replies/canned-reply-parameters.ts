import { fail, type Position, type Result, succeed } from '#kernel';
import { given, ParameterReader, type RawParameters } from '../parameters.js';
import { type FieldError } from '../touchpoints/touchpoint-result.js';

/** What a list of canned replies may be asked for. */
export interface CannedReplyListParameters {
  /** Every word of it is in the name, the folder or the text. */
  readonly search?: string;
  /** That folder, and those within it. */
  readonly folder?: string;
  /** The team's own and everybody's. */
  readonly team?: string;
  readonly cursor?: string;
  /** 1–200; 50 unless told otherwise. */
  readonly limit?: number;
  /** Wait until everything up to it is shown. */
  readonly minPosition?: Position;
}

const MAX_SEARCH = 200;

export function parseCannedReplyListParameters(
  parameters: RawParameters,
): Result<CannedReplyListParameters, readonly FieldError[]> {
  const reader = new ParameterReader(parameters);
  const read = given({
    search: reader.text('search', MAX_SEARCH),
    folder: reader.text('folder', 120),
    team: reader.text('team', 64),
    cursor: reader.text('cursor'),
    limit: reader.limit(),
    minPosition: reader.position('minPosition'),
  });
  reader.refuseOthers();
  return reader.errors.length > 0 ? fail(reader.errors) : succeed(read);
}
