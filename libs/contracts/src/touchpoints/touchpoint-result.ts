/** One thing that is wrong with what was sent. */
export interface FieldError {
  /** JSON Pointer (RFC 6901) to the member, empty for the whole. */
  readonly pointer: string;
  /** Stable, snake_case, for machines. */
  readonly code: string;
  /** For people; never repeats the value that was sent. */
  readonly detail: string;
}

/** What became of one touchpoint. The answer to a batch has one for each item, in its order. */
export type TouchpointResult =
  | {
      /** `accepted`: stored now. `duplicate`: the same source and id were stored before with the same content. */
      readonly status: 'accepted' | 'duplicate';
      readonly id: string;
      readonly eventId: string;
      readonly customerId: string;
      /** Decimal digits; pass it as `minPosition` to read what was just written. */
      readonly position: string;
    }
  | {
      readonly status: 'refused';
      /** As it was sent, where it could be read and is a short text. */
      readonly id?: string;
      /** `invalid`, `id_reused` (same source and id, other content) or `too_large`. */
      readonly code: string;
      readonly errors: readonly FieldError[];
    };
