import { fail, type Result } from '#kernel';

export type IcsReason =
  | 'not-utf-8'
  | 'not-a-content-line'
  /** It does not begin with a calendar, or ends within one. */
  | 'no-calendar'
  | 'unfinished'
  | 'unbalanced'
  | 'too-many-events'
  | 'no-events'
  | 'no-start'
  | 'repeated-property'
  | 'not-a-time'
  | 'unknown-time-zone'
  | 'not-whole-days'
  | 'ends-before-it-begins'
  | 'too-long'
  | 'invalid-recurrence'
  | 'unsupported-recurrence'
  | 'too-many-repetitions'
  | 'too-many-holidays'
  | 'out-of-range';

/** What is wrong with a file, and in which of its lines, 1 and up. */
export interface IcsFault {
  readonly reason: IcsReason;
  readonly line: number;
}

export const faulty = (reason: IcsReason, line: number): Result<never, IcsFault> => fail({ reason, line });
