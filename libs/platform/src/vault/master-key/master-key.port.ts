/**
 * The key over all keys. It lives outside the database, so that a stolen database or backup opens nothing. A key-management
 * service fits behind this port; `local-master-key.ts` is for one machine.
 */
export interface MasterKey {
  /**
   * Wraps a data key (32 bytes). The result says which master key it was wrapped with, so that it opens after a rotation too.
   * `context` is authenticated, not stored: the same one must be given to unwrap.
   */
  wrap(dataKey: Uint8Array, context: string): Promise<Uint8Array>;
  /** @throws VaultGuardError when it was wrapped with a master key that is not here, SealBrokenError when it was changed. */
  unwrap(wrapped: Uint8Array, context: string): Promise<Uint8Array>;
  /** 32 bytes that never change with rotation: what pseudonyms are made with. */
  readonly pseudonymSecret: Uint8Array;
}
