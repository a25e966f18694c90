import { HttpException } from '@nestjs/common';
import { OidcUnavailableError, PasswordsBusyError } from '#platform/access';
import { isOutage } from '#platform/consumers';
import {
  AppendOutcomeUnknownError,
  AppendTooLargeError,
  StoreBusyError,
  StoreGuardError,
  StoreUnavailableError,
} from '#platform/event-store';
import { ReadModelMissingError } from '#platform/read-store';
import { ErasurePendingError } from '#platform/vault';
import { ReportsBusyError } from '#wiring';
import { type ProblemCode } from './problem-codes.js';
import { ProblemError } from './problem-error.js';

/** What Nest and Fastify refuse by themselves, by their status. */
const byStatus: Readonly<Record<number, ProblemCode>> = {
  404: 'route_not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  413: 'body_too_large',
  414: 'uri_too_long',
  415: 'unsupported_media_type',
  431: 'headers_too_large',
};

/**
 * A broken connection, or a server that goes away, has no room or cannot read its files: PostgreSQL's classes 08, 53, 57P and 58. 08P01
 * is what it says of statements of ours.
 */
const UNREACHABLE =
  /^(ECONN[A-Z]+|E(HOST|NET)(UNREACH|DOWN)|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|08(?!P01)...|53...|57P..|58...)$/;

/** Whatever was thrown as a problem. Nothing of an unknown error is ever answered: its text may hold anything. */
export function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof StoreBusyError)
    return new ProblemError('store_busy', { retryAfterMs: error.retryAfterMs, cause: error });
  if (error instanceof AppendOutcomeUnknownError)
    return new ProblemError('outcome_unknown', { retryAfterMs: 1_000, cause: error });
  if (error instanceof AppendTooLargeError) return new ProblemError('too_large_for_store', { cause: error });
  if (error instanceof PasswordsBusyError || error instanceof ReportsBusyError)
    return new ProblemError('overloaded', { retryAfterMs: error.retryAfterMs, cause: error });
  if (error instanceof OidcUnavailableError)
    return new ProblemError('unavailable', { retryAfterMs: error.retryAfterMs, cause: error });
  // Somebody has to act: what, stands in the log and in what the process says when it ends.
  if (error instanceof StoreGuardError)
    return new ProblemError('store_refused', { retryAfterMs: 30_000, cause: error });
  if (error instanceof ErasurePendingError)
    return new ProblemError('unavailable', { retryAfterMs: 1_000, cause: error });
  // Of a new installation, until its first projector has started.
  if (error instanceof ReadModelMissingError)
    return new ProblemError('not_caught_up', { retryAfterMs: 1_000, cause: error });
  const status = statusCodeOf(error);
  if (status !== undefined && status >= 400 && status < 500)
    return new ProblemError(byStatus[status] ?? 'malformed_request', { cause: error });
  if (error instanceof StoreUnavailableError || isUnreachable(error))
    return new ProblemError('unavailable', { retryAfterMs: 5_000, cause: error });
  return new ProblemError('internal', { cause: error });
}

/** Of a connection that breaks under a query, or that comes too late, node-postgres tells without a code. */
const isUnreachable = (error: unknown): boolean =>
  codeOf(error) === '' || codeOf(error).startsWith('ERR_') ? isOutage(error) : UNREACHABLE.test(codeOf(error));

function statusCodeOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  // Fastify's errors have their status as a member.
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') return error.statusCode;
  return undefined;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
