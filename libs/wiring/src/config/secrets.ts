/** 32 bytes in base64 or base64url. */
const KEY = /^[A-Za-z0-9+/_-]{43}=?$/;
/** 32 random bytes hold fewer than 12 different values less than once in 10^20: fewer are a placeholder. */
const LEAST_DIFFERENT_BYTES = 12;

/** Several after a rotation, separated by commas or white space. */
const keysIn = (text: string): readonly string[] => text.split(/[\s,]+/).filter((word) => word !== '');

export const areMasterKeys = (text: string): boolean =>
  keysIn(text).length > 0 && keysIn(text).every((key) => KEY.test(key));

/** Whether none of the keys is one that stands in an example: a few bytes repeated, or counted upwards. */
export const areSecretKeys = (text: string): boolean =>
  keysIn(text).every((key) => isSecret(Buffer.from(key, 'base64')));

function isSecret(key: Uint8Array): boolean {
  const isCounted = key.every((byte, index) => index === 0 || byte === ((key[index - 1] ?? 0) + 1) % 256);
  return !isCounted && new Set(key).size >= LEAST_DIFFERENT_BYTES;
}

const wellKnownPasswords = [
  'postgres',
  'password',
  'safar',
  'secret',
  'admin',
  'changeme',
  'change-me',
  'changeit',
  'demo',
  'root',
  'test',
  '12345678',
];

export const isWellKnownPassword = (password: string): boolean => wellKnownPasswords.includes(password.toLowerCase());
