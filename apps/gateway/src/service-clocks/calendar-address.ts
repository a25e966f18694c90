import { ProblemError } from '../problems/problem-error.js';

export type Address = Readonly<Record<string, unknown>>;

/** As `Code` in the contracts: a word of the organisation. */
const CALENDAR = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._:/-]{0,63}$/u;

/** @throws ProblemError `calendar_not_found`: no calendar goes by anything else */
export function calendarIn({ id }: Address): string {
  if (typeof id === 'string' && CALENDAR.test(id)) return id;
  throw new ProblemError('calendar_not_found');
}
