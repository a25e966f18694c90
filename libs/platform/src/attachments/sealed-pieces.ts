import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { SealBrokenError } from '#platform/vault';

/*
 * AES-256-GCM (NIST SP 800-38D) under a key that one file has, piece by piece: nonce 12 | ciphertext | tag 16. The additional data binds
 * a piece to its file, its place, and how many there are, so that none can be moved, left out or cut off.
 */
const algorithm = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What of a file is in memory at once, when it is read. */
export const PIECE_BYTES = 131_072;

export const newFileKey = (): Buffer => randomBytes(32);

export const piecesOf = (sizeBytes: number): number => Math.ceil(sizeBytes / PIECE_BYTES);

export interface Place {
  readonly id: string;
  readonly number: number;
  readonly of: number;
}

export function sealPiece(key: Uint8Array, place: Place, bytes: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(bindingOf(place));
  return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/** @throws SealBrokenError when it was changed, or is another piece */
export function openPiece(key: Uint8Array, place: Place, sealed: Uint8Array): Buffer {
  const tagAt = sealed.length - TAG_BYTES;
  if (tagAt < NONCE_BYTES) throw new SealBrokenError('a piece of an attachment is too short');
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(bindingOf(place)).setAuthTag(sealed.subarray(tagAt));
  const bytes = decipher.update(sealed.subarray(NONCE_BYTES, tagAt));
  try {
    return Buffer.concat([bytes, decipher.final()]);
  } catch {
    throw new SealBrokenError(`piece ${String(place.number)} of attachment ${place.id} does not open with its key`);
  }
}

const bindingOf = ({ id, number, of }: Place): Buffer => Buffer.from(`${id}|${String(number)}|${String(of)}`);
