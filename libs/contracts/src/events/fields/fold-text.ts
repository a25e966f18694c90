/** Letters that are written alike or typed for one another on Arabic and Persian keyboards; left by decomposition. */
const alike: Readonly<Record<string, string>> = {
  ي: 'ی',
  ى: 'ی',
  ك: 'ک',
  ڪ: 'ک',
  ة: 'ه',
  ە: 'ه',
  ہ: 'ه',
  ھ: 'ه',
  ٱ: 'ا',
  ς: 'σ',
};
const folded = new RegExp(`[${Object.keys(alike).join('')}]`, 'g');
/**
 * Marks on letters (harakat, hamza above, accents) and characters without a width: ZWNJ, ZWJ, bidi marks and isolates, soft
 * hyphens. And tatweel, which only stretches a word.
 */
const unseen = /[\p{Mn}\p{Cf}\u0640]/gu;
const easternDigits = /[٠-٩۰-۹]/g;

/**
 * One text for all the ways in which people type a name: case, width, accents, Arabic and Persian letters and digits, joiners
 * and marks make no difference. Both what is searched and what is searched for go through it. Folding twice changes nothing.
 */
export function foldText(text: string): string {
  return (
    text
      .toLowerCase()
      // Compatibility decomposition takes آ أ إ ئ ؤ ۀ é apart into a letter and a mark, and ﻼ or ４ into plain ones.
      .normalize('NFKD')
      .replace(unseen, '')
      .toLowerCase()
      .replace(folded, (letter) => alike[letter] ?? letter)
      // Both blocks of digits begin where the last four bits are zero.
      .replace(easternDigits, (digit) => String(digit.charCodeAt(0) & 0x0f))
      .normalize('NFKC')
      .replace(/\s+/g, ' ')
      .trim()
  );
}
