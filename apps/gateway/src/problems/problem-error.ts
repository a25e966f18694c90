import { type FieldError } from '#contracts';
import { type Named, type NamedAttachment } from '#wiring';
import { type ProblemCode, statusOf } from './problem-codes.js';

export interface ProblemDetails {
  readonly errors?: readonly FieldError[];
  /** Answered as `Retry-After`, in whole seconds, rounded up. */
  readonly retryAfterMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the document. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** What is named and nobody has set up: the detail says so, and a member of the document. */
  readonly unknown?: Named | NamedAttachment | undefined;
  /** For the log only. */
  readonly cause?: unknown;
}

/** A request ends here, with an RFC 9457 problem document. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;

  constructor(
    readonly code: ProblemCode,
    readonly details: ProblemDetails = {},
  ) {
    super(code, { cause: details.cause });
    this.status = statusOf[code];
  }
}
