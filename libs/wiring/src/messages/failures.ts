import { type FieldError } from '#contracts';

/** Why a query has no answer. The gateway turns each code into a status and a text. */
export type QueryFailure =
  /** No persona of this installation goes by the reference. */
  | { readonly code: 'customer_not_found' }
  /** Somebody went by it, and was erased. */
  | { readonly code: 'customer_erased' }
  /** `minPosition` was not reached in time; ask again after `retryAfterMs`. */
  | { readonly code: 'not_caught_up'; readonly retryAfterMs: number }
  /** A reference, cursor or filter that means nothing. Pointers name the parameter: `/cursor`. */
  | { readonly code: 'invalid_parameters'; readonly errors: readonly FieldError[] };

/** Why nobody was erased. */
export type EraseFailure = Extract<
  QueryFailure,
  { readonly code: 'customer_not_found' | 'customer_erased' | 'invalid_parameters' }
>;
