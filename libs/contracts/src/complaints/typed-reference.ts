import { foldDigits } from '../events/fields/fold-digits.js';

const LETTERS = /^[0-9A-HJKMNP-TV-Z]{12}$/;
/** As Crockford's base 32 is read: what looks like a digit is one. */
const LOOKS_LIKE: Readonly<Record<string, string>> = { O: '0', I: '1', L: '1' };

/**
 * The reference of a complaint as somebody typed it, or heard it named: in either case, with Persian digits, with an O for a zero, with
 * blanks for hyphens or neither, without its first letter. What cannot be one is left as it is, and nothing will have it.
 */
export function typedReference(typed: string): string {
  const letters = foldDigits(typed.normalize('NFKC'))
    .toUpperCase()
    .replace(/[\s\p{Pd}\p{Cf}]/gu, '')
    .replace(/[OIL]/g, (letter) => LOOKS_LIKE[letter] ?? letter);
  const own = letters.length === 13 && letters.startsWith('C') ? letters.slice(1) : letters;
  return LETTERS.test(own) ? `C-${own.slice(0, 4)}-${own.slice(4, 8)}-${own.slice(8)}` : typed;
}
