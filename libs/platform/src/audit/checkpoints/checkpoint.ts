/** A signed statement that the chain had this hash at this entry. */
export interface Checkpoint {
  readonly sequence: bigint;
  /** Of the entry, 64 hexadecimal digits. */
  readonly hash: string;
  /** When it was signed; RFC 3339 in UTC. */
  readonly signedAt: string;
  /** Ed25519, base64. */
  readonly signature: string;
}

export type UnsignedCheckpoint = Omit<Checkpoint, 'signature'>;

export interface SignCheckpoints {
  sign(checkpoint: UnsignedCheckpoint): Checkpoint;
}

export interface CheckSignatures {
  /** Raw public key, base64: with it, somebody who may not sign can check. */
  readonly publicKey: string;
  isSigned(checkpoint: Checkpoint): boolean;
}
