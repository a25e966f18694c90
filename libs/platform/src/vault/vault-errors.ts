import { type PersonaKeyRef } from './vault.port.js';

/** The vault cannot be used as it is; `remedy` says what a person has to do. */
export class VaultGuardError extends Error {
  override readonly name = 'VaultGuardError';
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(`${message} ${remedy}`);
  }
}

/** A sealed text is not what was sealed for this persona and event: tampering, a mix-up or damage. Never an erasure. */
export class SealBrokenError extends Error {
  override readonly name = 'SealBrokenError';
}

/** The key is not at hand: `prepare` (or `currentKeys`) was not called, too long ago, or before this key was made. Call it and try again. */
export class KeyNotPreparedError extends Error {
  override readonly name = 'KeyNotPreparedError';
  constructor(key: PersonaKeyRef) {
    super(`the key of persona ${key.personaId}, incarnation ${String(key.incarnation)}, is not loaded`);
  }
}

/**
 * The keys of these personas are destroyed, but their streams are not known to be closed. A next key now would let events of
 * the next incarnation come before the `persona.erased` that drops the rows of the last one. Finish the erasure, then retry.
 */
export class ErasurePendingError extends Error {
  override readonly name = 'ErasurePendingError';
  constructor(readonly pending: readonly PersonaKeyRef[]) {
    super(`the erasure of ${pending.map(({ personaId }) => personaId).join(', ')} is not finished`);
  }
}
