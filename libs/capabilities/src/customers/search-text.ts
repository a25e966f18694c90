import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { foldText, type Identifier } from '#contracts';

/** Between and around the members of a search text. Folding leaves no line breaks, so no search reaches over two members. */
const EDGE = '\n';

/** What a customer is found by, folded: a function of the name and the set of identifiers, not of their order. */
export function searchTextOf(name: string | null, identifiers: readonly Identifier[]): string {
  const members = new Set([...(name === null ? [] : nameForms(name)), ...identifiers.flatMap(identifierForms)]);
  members.delete('');
  return `${EDGE}${[...members].sort().join(EDGE)}${EDGE}`;
}

/** As written, and in one word: علی رضا is علی‌رضا to some and علیرضا to others. */
function nameForms(name: string): readonly string[] {
  const folded = foldText(name);
  return [folded, folded.replaceAll(' ', '')];
}

/** A telephone number as digits, with the country's code and as people of that country dial it. */
function identifierForms({ value }: Identifier): readonly string[] {
  if (!/^\+\d{7,15}$/.test(value)) return [foldText(value)];
  const national = parsePhoneNumberFromString(value)?.formatNational() ?? '';
  return [onlyDigits(value), onlyDigits(national)];
}

const onlyDigits = (text: string): string => text.replace(/\D/g, '');

/** LIKE patterns over a search text. */
export interface SearchPatterns {
  /** All have to match, or `phone` has to. */
  readonly words: readonly string[];
  /** The whole as a telephone number, where it looks like one. */
  readonly phone: string;
  /** One that matches tells that a member is exactly what was searched for. */
  readonly exact: readonly string[];
}

/** `undefined` when there is nothing to search for. */
export function searchPatterns(search: string): SearchPatterns | undefined {
  const folded = foldText(search);
  if (folded === '') return undefined;
  const digits = phoneDigits(folded) ?? folded;
  return {
    words: tellingWords(folded.split(' ')).map(anywhere),
    phone: anywhere(digits),
    exact: [folded, folded.replaceAll(' ', ''), digits].map((text) => anywhere(`${EDGE}${text}${EDGE}`)),
  };
}

/** Without those that are parts of others, the longest first: fewer comparisons with each customer, and early misses. */
const tellingWords = (words: readonly string[]): readonly string[] =>
  [...new Set(words)]
    .filter((word, _index, distinct) => !distinct.some((other) => other !== word && other.includes(word)))
    .sort((a, b) => b.length - a.length);

/** The digits of what looks like a telephone number; 00 and + in front of a country's code are the same. */
function phoneDigits(text: string): string | undefined {
  if (!/^\+?[\d\s().\-/]+$/.test(text)) return undefined;
  const digits = onlyDigits(text).replace(/^00/, '');
  // Below four digits it is a part of anything.
  return digits.length >= 4 ? digits : undefined;
}

const anywhere = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;
