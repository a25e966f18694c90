import { type FieldError } from '#contracts';
import { type Named, type NamedAttachment } from '#wiring';
import { type Language } from './language.js';
import { type ProblemError } from './problem-error.js';
import { type ProblemCode } from './problem-codes.js';
import { catalogues, parameterErrorsIn, requiredErrorsIn, unknownIn } from './catalogues.js';

/** RFC 9457. Members that are not in the standard: `code`, stable and for machines, `traceId`, `errors` and `unknown`. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly traceId: string;
  readonly errors?: readonly FieldError[];
  /** Whom or what the request names that nobody has set up. */
  readonly unknown?: Named | NamedAttachment;
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** What is said of it; an error for whoever throws it. */
export type Problem = Pick<ProblemError, 'code' | 'status' | 'details'>;

export function problemDocument(error: Problem, traceId: string, language: Language): ProblemDocument {
  const [title, detail] = catalogues[language].problems[error.code];
  const { errors, unknown, extensions } = error.details;
  return {
    type: `urn:safar:problem:${error.code}`,
    title,
    status: error.status,
    code: error.code,
    detail: unknown ? unknownIn(language, unknown) : detail,
    traceId,
    ...(errors && { errors: errorsIn(language, error.code, errors) }),
    ...(unknown && { unknown }),
    ...extensions,
  };
}

function errorsIn(language: Language, code: ProblemCode, errors: readonly FieldError[]): readonly FieldError[] {
  if (code === 'invalid_parameters') return parameterErrorsIn(language, errors);
  return code === 'resolution_incomplete' ? requiredErrorsIn(language, errors) : errors;
}

/** Headers that go with the document. */
export function problemHeaders({ details }: Problem, language: Language): Readonly<Record<string, string>> {
  const { retryAfterMs, headers } = details;
  return {
    'content-type': PROBLEM_TYPE,
    'content-language': language,
    vary: 'accept-language',
    // What is refused now may be allowed in a moment, whatever the route says of its answers.
    'cache-control': 'no-store',
    // Zero would invite the caller to come back at once.
    ...(retryAfterMs !== undefined && { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }),
    ...headers,
  };
}
