/** What became of a record that somebody sent. */
export type InboundOutcome = { readonly status: 'accepted' | 'duplicate' } | RefusedRecord;

export interface RefusedRecord {
  readonly status: 'refused';
  /** A stable code. */
  readonly reason: string;
  /** What is wrong in it, never what it says. Pointers are RFC 6901, into the value. */
  readonly errors: readonly { readonly pointer: string; readonly code: string }[];
  /** Whoever it was about has been erased since: what it says is not copied. */
  readonly withoutValue?: boolean;
}
