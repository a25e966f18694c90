import { VaultGuardError } from '../vault-errors.js';
import { MASTER_KEY_BYTES } from './local-master-key.js';

/** Oldest first; the first makes the pseudonyms, the last wraps new keys. */
export type MasterKeys = readonly [Uint8Array, ...Uint8Array[]];

// 32 random bytes with fewer than 12 different values do not happen: it is a placeholder.
const LEAST_DIFFERENT_BYTES = 12;

/**
 * Master keys as people hand them over: 32 bytes in base64 or base64url, several separated by commas or white space.
 * @throws VaultGuardError, without the text
 */
export function parseMasterKeys(text: string, place: string): MasterKeys {
  const [first, ...later] = text
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map((word) => parseMasterKey(word, place));
  if (first) return [first, ...later];
  throw unusable(place, 'is empty');
}

function parseMasterKey(word: string, place: string): Uint8Array {
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(word))
    throw unusable(place, `is not ${String(MASTER_KEY_BYTES)} bytes in base64`);
  const bytes = Buffer.from(word, 'base64');
  if (new Set(bytes).size < LEAST_DIFFERENT_BYTES) throw unusable(place, 'is not random');
  return bytes;
}

const unusable = (place: string, why: string): VaultGuardError =>
  new VaultGuardError(
    `The master key in ${place} ${why}.`,
    'Put back the right key. For a new installation make one: openssl rand -base64 32',
  );
