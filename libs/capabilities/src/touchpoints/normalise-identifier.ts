import { foldDigits, type FieldErrorCode, type Identifier } from '#contracts';
import { fail, type Result, succeed } from '#kernel';
import { isBlocked } from './blocked-values.js';
import { normaliseEmail } from './normalise-email.js';
import { needsCountry, normalisePhone } from './normalise-phone.js';

export type IdentifierProblem = Extract<
  FieldErrorCode,
  'not_an_email' | 'not_a_phone_number' | 'phone_without_country' | 'blocked_value' | 'too_long' | 'malformed'
>;

/** Compatibility forms can be longer than what was typed (ﷺ becomes 18 characters), so the limit is checked after folding. */
export const MAX_NORMALISED = 256;
/** No controls and nothing that is not seen: two values that look the same must be the same. U+2800 is a blank of its own. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
/** Arabic keyboards write Persian letters with code points of their own, and people copy dashes of every length. */
const ALIKE: readonly (readonly [RegExp, string])[] = [
  [/[\u064a\u0649]/g, '\u06cc'],
  [/\u0643/g, '\u06a9'],
  [/[\p{Pd}\u2212]/gu, '-'],
  [/\s+/g, ' '],
];

/** Printable ASCII without spaces: folding changes nothing in it. Most identifiers are so. */
const PLAIN = /^[\x21-\x7e]+$/;

/**
 * The one way to write an identifier, so that a person is the same persona however they were typed. Compatibility forms folded
 * (NFKC), Persian and Arabic digits as ASCII, letters, dashes and spaces that look alike as one, no white space around it; e-mail addresses and phone numbers by their own rules,
 * everything else with its case kept. Normalising twice changes nothing.
 */
export function normaliseIdentifier(
  { kind, value }: Identifier,
  defaultRegion?: string,
): Result<Identifier, IdentifierProblem> {
  const isPlain = PLAIN.test(value);
  const folded = isPlain ? value : foldAlike(foldDigits(value.normalize('NFKC')).trim());
  if (folded.length > MAX_NORMALISED) return fail('too_long');
  if (!isPlain && HIDDEN.test(folded)) return fail('malformed');
  if (isBlocked(folded)) return fail('blocked_value');
  switch (kind) {
    case 'email': {
      const email = normaliseEmail(folded);
      return email === undefined ? fail('not_an_email') : succeed({ kind, value: email });
    }
    case 'phone': {
      const phone = normalisePhone(folded, defaultRegion);
      if (phone !== undefined) return succeed({ kind, value: phone });
      return fail(defaultRegion === undefined && needsCountry(folded) ? 'phone_without_country' : 'not_a_phone_number');
    }
    default:
      return succeed({ kind, value: folded });
  }
}

const foldAlike = (text: string): string => ALIKE.reduce((folded, [alike, one]) => folded.replace(alike, one), text);
