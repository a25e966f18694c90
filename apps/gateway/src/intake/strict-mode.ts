import { type IncomingHttpHeaders } from 'node:http';
import { type FieldError } from '#contracts';
import { type MessageResult } from '#wiring';
import { ProblemError } from '../problems/problem-error.js';

/** More than a person corrects at a time. */
const MOST_ERRORS = 100;

/** `X-Strict-Mode: 1` (or `true`), as Customer.io's Segment-compatible API has it; any other value is no strict mode. */
export const wantsStrict = ({ 'x-strict-mode': mode }: IncomingHttpHeaders): boolean =>
  ['1', 'true'].includes([mode].flat().join().trim().toLowerCase());

/** The refusal of a whole request, with what is wrong with which of its items: `/3/kind` is the kind of the fourth one. */
export function strictRefusal(
  results: readonly MessageResult[],
  code: 'refused_in_strict_mode' | 'invalid_messages' = 'refused_in_strict_mode',
): ProblemError {
  const errors: FieldError[] = [];
  for (const [index, result] of results.entries())
    if (result.status === 'refused' || result.status === 'quarantined')
      for (const error of result.errors) {
        if (errors.length === MOST_ERRORS) break;
        errors.push({ ...error, pointer: `/${String(index)}${error.pointer}` });
      }
  return new ProblemError(code, { errors });
}
