import { type FieldError, parsePosition, type RawParameters } from '#contracts';
import { fail, type Position, type Result, succeed } from '#kernel';
import { parsePositionParameter } from '../customers/position-parameter.js';
import { parameterError } from '../problems/catalogues.js';

/** Where a live timeline begins. What the browser remembers of an interrupted stream is newer than its address. */
export function parseResume(
  parameters: RawParameters,
  lastEventId: string | readonly string[] | undefined,
): Result<Position | 'now', readonly FieldError[]> {
  const after = parsePositionParameter(parameters, 'after');
  if (!after.ok) return after;
  const seen = parseLastEventId(lastEventId);
  return seen.ok ? succeed(seen.value ?? after.value ?? 'now') : seen;
}

/** What the browser remembers; nothing at its first request. */
export function parseLastEventId(
  lastEventId: string | readonly string[] | undefined,
): Result<Position | undefined, readonly FieldError[]> {
  if (lastEventId === undefined || lastEventId === '') return succeed(undefined);
  const position = typeof lastEventId === 'string' ? parsePosition(lastEventId) : undefined;
  return position === undefined ? fail([parameterError('/Last-Event-ID', 'not_a_position')]) : succeed(position);
}
