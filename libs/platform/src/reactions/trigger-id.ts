import { createHash } from 'node:crypto';

/**
 * UUID version 8 (RFC 9562) over parts, each with its length before it. What came of the same trigger has the same id, however
 * often and by whomever it is handled. Part of what is stored: it must never change.
 */
export function idOfParts(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${String(part.length)}:${part}|`);
  const hex = hash.digest('hex');
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
