import { ProblemError } from '../problems/problem-error.js';

/** As `Code` in the contracts: a word of the organisation. */
const CANNED_REPLY = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._:/-]{0,63}$/u;

/** @throws ProblemError `canned_reply_not_found`: none goes by anything else */
export function cannedReplyIn({ reply }: Readonly<Record<string, unknown>>): string {
  if (typeof reply === 'string' && CANNED_REPLY.test(reply)) return reply;
  throw new ProblemError('canned_reply_not_found');
}
