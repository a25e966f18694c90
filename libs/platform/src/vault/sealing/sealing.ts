import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { NONCE_BYTES, writeNonce } from './nonces.js';
import { SealBrokenError } from '../vault-errors.js';
import { type PersonaKeyRef } from '../vault.port.js';

/** JSON of an event's personal part, and what it is sealed with and bound to. */
export interface Sealable extends PersonaKeyRef {
  readonly dataKey: KeyObject;
  readonly eventId: string;
  readonly text: string;
}

/*
 * AES-256-GCM (NIST SP 800-38D). Layout, base64url without padding:
 *
 *   version 1 | incarnation 4, big-endian | nonce 12 | ciphertext | tag 16
 *
 * Random 96-bit nonces are safe for 2^32 messages of one key (SP 800-38D §8.3). Each persona has a key of its own, and nobody
 * has four thousand million touchpoints. The additional data binds a text to its persona, key and event.
 */
const VERSION = 1;
const NONCE_AT = 5;
const BODY_AT = NONCE_AT + NONCE_BYTES;
const TAG_BYTES = 16;
const HIGHEST_INCARNATION = 2 ** 32 - 1;
const algorithm = 'aes-256-gcm';

// A new buffer for each part costs 1 µs of 6. Nothing here awaits, so one of each serves all calls.
const scratch = Buffer.allocUnsafeSlow(16_384);
const additionalData = Buffer.allocUnsafeSlow(512);

/** The JSON of what is to be sealed. */
export function textOf(personal: unknown): string {
  const text: string | undefined = JSON.stringify(personal);
  if (text === undefined) throw new TypeError('only what JSON can express can be sealed');
  return text;
}

/** Seals a text; about 6 µs for 150 bytes, nearly all of it inside OpenSSL's binding. */
export function seal({ dataKey, personaId, incarnation, eventId, text }: Sealable): string {
  // UTF-8 takes at most three bytes for a UTF-16 unit.
  const mostBytes = BODY_AT + text.length * 3 + TAG_BYTES;
  const out = mostBytes > scratch.length ? Buffer.allocUnsafe(mostBytes) : scratch;
  out[0] = VERSION;
  out.writeUInt32BE(checkedIncarnation(incarnation), 1);
  writeNonce(out, NONCE_AT);
  const cipher = createCipheriv(algorithm, dataKey, out.subarray(NONCE_AT, BODY_AT));
  cipher.setAAD(bindingOf(personaId, incarnation, eventId));
  const body = cipher.update(text, 'utf8');
  cipher.final();
  const tagAt = BODY_AT + body.length;
  out.set(body, BODY_AT);
  out.set(cipher.getAuthTag(), tagAt);
  return out.toString('base64url', 0, tagAt + TAG_BYTES);
}

/** A sealed text taken apart; nothing in it is trusted before `unseal`. */
export interface SealedParts {
  readonly incarnation: number;
  readonly bytes: Buffer;
}

/** @throws SealBrokenError when it is not a sealed text of a version known here. */
export function takeApart(sealed: string): SealedParts {
  const bytes = Buffer.from(sealed, 'base64url');
  // Node skips characters that are not base64url; a text that does not come out again was changed.
  if (bytes.toString('base64url') !== sealed) throw new SealBrokenError('a sealed text is not base64url');
  if (bytes.length < BODY_AT + TAG_BYTES) throw new SealBrokenError('a sealed text is too short');
  if (bytes[0] !== VERSION) throw new SealBrokenError(`a sealed text has the unknown version ${String(bytes[0])}`);
  const incarnation = bytes.readUInt32BE(1);
  if (incarnation === 0) throw new SealBrokenError('a sealed text has no incarnation');
  return { incarnation, bytes };
}

/** @throws SealBrokenError when the text was changed, or sealed with another key, persona or event. */
export function unseal(
  dataKey: KeyObject,
  personaId: string,
  eventId: string,
  { incarnation, bytes }: SealedParts,
): unknown {
  const tagAt = bytes.length - TAG_BYTES;
  const decipher = createDecipheriv(algorithm, dataKey, bytes.subarray(NONCE_AT, BODY_AT), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(bindingOf(personaId, incarnation, eventId));
  decipher.setAuthTag(bytes.subarray(tagAt));
  const text = decipher.update(bytes.subarray(BODY_AT, tagAt), undefined, 'utf8');
  let rest: string;
  try {
    rest = decipher.final('utf8');
  } catch {
    throw new SealBrokenError(`the sealed part of event ${eventId} of persona ${personaId} does not open with its key`);
  }
  return JSON.parse(text + rest);
}

function bindingOf(personaId: string, incarnation: number, eventId: string): Uint8Array {
  const text = `${personaId}|${String(incarnation)}|${eventId}`;
  if (text.length * 3 > additionalData.length) throw new RangeError('an event id is too long to be sealed');
  return additionalData.subarray(0, additionalData.write(text, 'utf8'));
}

function checkedIncarnation(incarnation: number): number {
  if (incarnation >= 1 && incarnation <= HIGHEST_INCARNATION) return incarnation;
  throw new RangeError(`${String(incarnation)} is not an incarnation`);
}
