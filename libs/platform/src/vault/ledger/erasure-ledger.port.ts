import { type EpochMs } from '#kernel';
import { type PersonaKeyRef } from '../vault.port.js';

/** That a key is to be destroyed, written before it is. Pseudonymous. */
export interface Erasure extends PersonaKeyRef {
  readonly at: EpochMs;
}

/** The erasures of this installation, kept outside the database: restoring a backup does not bring back what it had erased. */
export interface ErasureLedger {
  /** Durable when it resolves. */
  append(erasures: readonly Erasure[]): Promise<void>;
  read(): Promise<readonly Erasure[]>;
}
