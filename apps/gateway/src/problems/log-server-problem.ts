import { type Logger } from 'pino';
import { type ProblemError } from './problem-error.js';

/** What is our fault and not the caller's is told to whoever keeps Safar running. */
export function logServerProblem(logger: Logger, problem: ProblemError, traceId: string): void {
  if (problem.status < 500) return;
  const { code, details } = problem;
  logger.error({ err: details.cause ?? problem, code, traceId }, 'answered a 5xx');
}
