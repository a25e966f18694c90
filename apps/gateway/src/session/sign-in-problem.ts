import { type PasswordFailure } from '#platform/access';
import { ProblemError } from '../problems/problem-error.js';

export function signInProblem(failure: PasswordFailure): ProblemError {
  switch (failure.code) {
    case 'sign_in_refused':
    case 'weak_password':
      return new ProblemError(failure.code);
    case 'too_many_attempts':
      return new ProblemError(failure.code, { retryAfterMs: failure.retryAfterMs });
  }
}
