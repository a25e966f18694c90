import { randomFillSync } from 'node:crypto';

export const NONCE_BYTES = 12;

// Filling 12 bytes costs about as much as filling 4,096: one call serves 341 nonces.
const pool = Buffer.alloc(NONCE_BYTES * 341);
let poolAt = pool.length;

/** Writes 96 random bits, for AES-GCM. */
export function writeNonce(target: Buffer, at: number): void {
  if (poolAt === pool.length) {
    randomFillSync(pool);
    poolAt = 0;
  }
  pool.copy(target, at, poolAt, poolAt + NONCE_BYTES);
  poolAt += NONCE_BYTES;
}
