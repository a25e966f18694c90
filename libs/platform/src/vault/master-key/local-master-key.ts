import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { NONCE_BYTES, writeNonce } from '../sealing/nonces.js';
import { SealBrokenError, VaultGuardError } from '../vault-errors.js';
import { type MasterKey } from './master-key.port.js';

export const MASTER_KEY_BYTES = 32;
export const KEY_ID_BYTES = 8;

/*
 * Wrapped data key: version 1 | id of the master key 8 | nonce 12 | ciphertext 32 | tag 16. AES-256-GCM with the context as
 * additional data, so that a wrapped key moved to another persona's row does not open. One wrapping per persona: 2^32 random
 * nonces (SP 800-38D §8.3) last for four thousand million personas.
 */
const VERSION = 1;
const NONCE_AT = 1 + KEY_ID_BYTES;
const BODY_AT = NONCE_AT + NONCE_BYTES;
const TAG_BYTES = 16;
const algorithm = 'aes-256-gcm';

/** HKDF-SHA-256 (RFC 5869) without salt: the input is uniformly random already. */
const derive = (masterKey: Uint8Array, info: string, bytes: number): Buffer =>
  Buffer.from(hkdfSync('sha256', masterKey, '', `safar vault v1: ${info}`, bytes));

/** Names a master key without saying anything about it; kept in the database to recognise another one. */
export const masterKeyId = (masterKey: Uint8Array): string => derive(masterKey, 'key id', KEY_ID_BYTES).toString('hex');

/**
 * Master keys held in memory, oldest first. Pseudonyms come from the first for ever; the last wraps new data keys; all unwrap.
 * To rotate, add one at the end.
 */
export function createLocalMasterKey(masterKeys: readonly [Uint8Array, ...Uint8Array[]]): MasterKey {
  const wrappingKeys = new Map<string, KeyObject>();
  for (const masterKey of masterKeys) {
    if (masterKey.length !== MASTER_KEY_BYTES)
      throw new RangeError(`a master key has ${String(MASTER_KEY_BYTES)} bytes`);
    wrappingKeys.set(masterKeyId(masterKey), createSecretKey(derive(masterKey, 'wrapping', 32)));
  }
  const currentId = masterKeyId(masterKeys.at(-1) ?? masterKeys[0]);
  const keyOf = (id: string): KeyObject => {
    const key = wrappingKeys.get(id);
    if (key) return key;
    throw new VaultGuardError(
      `A data key was wrapped with the master key ${id}, which is not among the ones given.`,
      'Put that master key back before the current one.',
    );
  };
  return {
    pseudonymSecret: derive(masterKeys[0], 'pseudonyms', 32),
    // Async functions, so that what they throw is a rejection.
    wrap: async (dataKey, context) => Promise.resolve(wrap(currentId, keyOf(currentId), dataKey, context)),
    unwrap: async (wrapped, context) => Promise.resolve(unwrap(keyOf(idIn(wrapped, context)), wrapped, context)),
  };
}

function wrap(id: string, key: KeyObject, dataKey: Uint8Array, context: string): Uint8Array {
  const tagAt = BODY_AT + dataKey.length;
  const wrapped = Buffer.allocUnsafe(tagAt + TAG_BYTES);
  wrapped[0] = VERSION;
  wrapped.write(id, 1, 'hex');
  writeNonce(wrapped, NONCE_AT);
  const cipher = createCipheriv(algorithm, key, wrapped.subarray(NONCE_AT, BODY_AT));
  cipher.setAAD(Buffer.from(context, 'utf8'));
  wrapped.set(cipher.update(dataKey), BODY_AT);
  cipher.final();
  wrapped.set(cipher.getAuthTag(), tagAt);
  return wrapped;
}

function idIn(bytes: Uint8Array, context: string): string {
  if (bytes.length <= BODY_AT + TAG_BYTES || bytes[0] !== VERSION)
    throw new SealBrokenError(`the wrapped key of ${context} is damaged`);
  return Buffer.from(bytes.subarray(1, NONCE_AT)).toString('hex');
}

function unwrap(key: KeyObject, bytes: Uint8Array, context: string): Uint8Array {
  const tagAt = bytes.length - TAG_BYTES;
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(NONCE_AT, BODY_AT), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(context, 'utf8'));
  decipher.setAuthTag(bytes.subarray(tagAt));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(BODY_AT, tagAt)), decipher.final()]);
  } catch {
    throw new SealBrokenError(`the wrapped key of ${context} does not open with the master key`);
  }
}
