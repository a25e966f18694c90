const KEY_BYTES = 32;

/** The bytes of a key in base64, base64url or hexadecimal; `undefined` when it is not 32 bytes. */
export function keyBytes(text: string): Uint8Array | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === KEY_BYTES ? bytes : undefined;
}

/**
 * Keys as they stand in examples: one or two bytes repeated, or counted upwards. 32 random bytes hold fewer than eight
 * different values once in about 10^38.
 */
export function isWellKnownKey(key: Uint8Array | undefined): boolean {
  if (key === undefined) return false;
  const counted = key.every((byte, index) => index === 0 || byte === ((key[index - 1] ?? 0) + 1) % 256);
  return counted || new Set(key).size < 8;
}

const wellKnownPasswords = [
  'postgres',
  'password',
  'safar',
  'secret',
  'admin',
  'changeme',
  'change-me',
  'demo',
  'root',
  'test',
  '12345678',
];

export const isWellKnownPassword = (password: string): boolean =>
  wellKnownPasswords.includes(decodeURIComponent(password).toLowerCase());
