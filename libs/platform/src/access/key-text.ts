import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 48 bits: names the key, is no secret, and is never given twice (a constraint sees to it). */
const PREFIX_BYTES = 6;
/** 192 bits. */
const SECRET_BYTES = 24;
const shape = /^safar_([0-9a-f]{12})_([0-9a-f]{48})$/;

export interface KeyParts {
  readonly prefix: string;
  readonly secretHash: Buffer;
}

export interface NewKeyText extends KeyParts {
  readonly key: string;
}

/** Hexadecimal, so that a double click takes the whole key, and secret scanners find it by its shape. */
export function newKeyText(): NewKeyText {
  const prefix = randomBytes(PREFIX_BYTES).toString('hex');
  const secret = randomBytes(SECRET_BYTES).toString('hex');
  return { prefix, secretHash: hashOf(secret), key: `safar_${prefix}_${secret}` };
}

/** Nothing when the text cannot be a key. */
export function readKeyText(key: string): KeyParts | undefined {
  const [, prefix, secret] = shape.exec(key) ?? [];
  return prefix === undefined || secret === undefined ? undefined : { prefix, secretHash: hashOf(secret) };
}

/**
 * SHA-256, neither salted nor slow: those are for passwords, which people choose and others guess. 192 random bits cannot be
 * guessed at any speed, and a slow hash on every request would be a way to bring the service down.
 */
const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** In constant time, though a hash gives nothing away that helps to find its input. */
export const sameHash = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && timingSafeEqual(one, other);
