import { type FieldError, parsePosition, type RawParameters } from '#contracts';
import { fail, type Position, type Result, succeed } from '#kernel';
import { parameterError } from '../problems/catalogues.js';

/** Reads parameters of which the only one is a position; `undefined` when it is not there. */
export function parsePositionParameter(
  parameters: RawParameters,
  name: string,
): Result<Position | undefined, readonly FieldError[]> {
  const others = Object.keys(parameters).filter((each) => each !== name);
  if (others.length > 0) return fail([parameterError('', 'unknown_parameter')]);
  const text = parameters[name];
  if (text === undefined || text === '') return succeed(undefined);
  const position = typeof text === 'string' ? parsePosition(text) : undefined;
  return position === undefined ? fail([parameterError(`/${name}`, 'not_a_position')]) : succeed(position);
}
