import { type BusRecord } from '../bus.port.js';

/** What became of a record that somebody sent. */
export type InboundOutcome = { readonly status: 'accepted' | 'duplicate' } | RefusedRecord;

export interface RefusedRecord {
  readonly status: 'refused';
  /** A stable code. */
  readonly reason: string;
  /** What is wrong in it, never what it says. Pointers are RFC 6901, into the value. */
  readonly errors: readonly { readonly pointer: string; readonly code: string }[];
  /** Whoever it was about has been erased since: what it says is not kept. */
  readonly withoutValue?: boolean;
}

export interface RefusedInbound {
  readonly record: BusRecord;
  readonly outcome: RefusedRecord;
}

/**
 * Where what a refused record says is kept, or why it is not: whom it names was erased after it was written, it is larger than what is
 * kept, or there is no room.
 */
export type Kept = { readonly as: string } | { readonly not: 'erased' | 'too_large' | 'no_room' };

/** Keeps what refused records say where an erasure reaches it; an answer for each, in their order. Twice is once. */
export type SetAside = (refused: readonly RefusedInbound[]) => Promise<readonly Kept[]>;
