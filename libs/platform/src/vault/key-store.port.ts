import { type EpochMs } from '#kernel';
import { type Erasure } from './ledger/erasure-ledger.port.js';
import { type PersonaKeyRef } from './vault.port.js';

/** The last key that a persona had. */
export type KeyRow = PersonaKeyRef &
  (
    | { readonly status: 'live'; readonly wrappedKey: Uint8Array }
    /** `pending`: the erasure is not known to be completed. */
    | { readonly status: 'destroyed'; readonly pending: boolean }
  );

export interface NewKey extends PersonaKeyRef {
  readonly wrappedKey: Uint8Array;
}

/** Where wrapped keys are kept. Its adapters pass `vault.conformance.ts`. */
export interface KeyStore {
  /** The last keys of the personas; those that never had one are left out. */
  latest(personaIds: readonly string[]): Promise<readonly KeyRow[]>;
  /**
   * Stores each key whose persona has none of this or a later incarnation and whose previous erasure, if any, is completed.
   * Of several callers at once one wins. Answers like `latest`, for all of them.
   */
  ensure(keys: readonly NewKey[]): Promise<readonly KeyRow[]>;
  /** Keys that can still be used. */
  live(personaIds: readonly string[]): Promise<readonly PersonaKeyRef[]>;
  /** Destroys the keys, also those that are not there (any more): they can never be made again. The erasures become pending. */
  destroy(erasures: readonly Erasure[]): Promise<void>;
  /** Everything that was ever destroyed. */
  erasures(): Promise<readonly Erasure[]>;
  pending(personaIds?: readonly string[]): Promise<readonly PersonaKeyRef[]>;
  complete(erased: readonly PersonaKeyRef[], at: EpochMs): Promise<void>;
}
