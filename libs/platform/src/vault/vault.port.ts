/**
 * Personal data inside events is encrypted under a key of its persona; destroying the key makes it unreadable everywhere,
 * also in backups. A persona that is seen again after its erasure gets a new key, the next incarnation.
 */
export interface PersonaKeyRef {
  /** UUID, lower case. */
  readonly personaId: string;
  /** 1 and up. */
  readonly incarnation: number;
}

/** The personal part of an event, readable or gone for good. */
export type Opened = { readonly status: 'opened'; readonly personal: unknown } | { readonly status: 'erased' };

/** The personal part of an event that is to be sealed. */
export interface PersonalPart {
  readonly key: PersonaKeyRef;
  /** UUID. */
  readonly eventId: string;
  /** What JSON can express. */
  readonly personal: unknown;
}

export interface Seal {
  /**
   * The keys that new events of these personas are sealed with; made (durably) where there is none yet.
   * @throws ErasurePendingError when the erasure of one was begun and not completed: complete it and try again.
   */
  currentKeys(personaIds: readonly string[]): Promise<ReadonlyMap<string, PersonaKeyRef>>;
  /**
   * AES-256-GCM over the JSON of `personal`, with persona, event id and incarnation as additional data: a sealed part moved to
   * another event or persona does not open. Text, base64url. The key must have come from `currentKeys`.
   * @throws KeyNotPreparedError
   */
  seal(key: PersonaKeyRef, eventId: string, personal: unknown): string;
  /** `seal` for many, in their order. They may be sealed on another core; the event loop is not held meanwhile. */
  sealAll(parts: readonly PersonalPart[]): Promise<readonly string[]>;
}

export interface Open {
  /** Loads the keys that the next calls of `open` need (within 30 s); call it once per batch, of at most 10,000 personas. */
  prepare(personaIds: readonly string[]): Promise<void>;
  /**
   * @throws SealBrokenError when the text was tampered with or belongs to another event: that is a bug or an attack, never an erasure.
   * @throws KeyNotPreparedError when the key is not at hand, also when it was made (by another process) after `prepare` had
   * looked: prepare and open again, as `openAll` does.
   */
  open(personaId: string, eventId: string, sealed: string): Opened;
}

export interface Erase {
  /** Destroys every key of the personas, after writing them to the erasure ledger. Repeating it changes nothing. */
  destroy(personaIds: readonly string[]): Promise<void>;
  /** Drops a key from the cache, after the store said that its stream is closed. */
  forget(personaId: string): void;
}

/**
 * An erasure is begun by `destroy` and completed by whoever has appended `persona.erased` to the stream of the incarnation and
 * closed it. Between the two a process may die: at start, complete what is pending. Appending twice is harmless (same append id).
 */
export interface Erasures {
  /** Begun and not completed; all of them, or those of these personas. */
  pendingErasures(personaIds?: readonly string[]): Promise<readonly PersonaKeyRef[]>;
  /** Says that the streams of these incarnations are closed. Only then does `currentKeys` give their personas a next key. */
  completeErasures(erased: readonly PersonaKeyRef[]): Promise<void>;
}

/** Keyed hashes under the installation's secret. */
export interface Pseudonyms {
  /** Deterministic UUID (version 8, RFC 9562) from an HMAC-SHA-256 of the parts: nobody without the secret can guess its input. */
  uuid(purpose: string, ...parts: readonly string[]): string;
  /** First 16 bytes of an HMAC-SHA-256. */
  digest(purpose: string, text: string): Uint8Array;
}

export interface Vault extends Seal, Open, Erase, Erasures, Pseudonyms {}
