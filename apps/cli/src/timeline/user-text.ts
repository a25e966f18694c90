/** Control characters (a terminal obeys them) and marks that turn the direction of what follows. */
const unsafe = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu;
/** Hebrew, Arabic and what is written like them. */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;

const FIRST_STRONG_ISOLATE = '\u2068';
const POP_DIRECTIONAL_ISOLATE = '\u2069';

/** What somebody wrote, in one line and without anything that a terminal would obey: an escape sequence in a message could clear the screen. */
export const plainText = (text: string): string =>
  text
    .replace(/[\r\n\t]+/g, ' ')
    .replace(unsafe, '')
    .trim();

/**
 * Keeps the direction of a text from changing that of the line around it (Unicode Standard Annex 9: FSI … PDI). In a line that
 * runs from the left only what runs from the right needs it; old terminals show the marks.
 */
export const isolated = (text: string, language: 'en' | 'fa'): string =>
  language === 'en' && !rightToLeft.test(text) ? text : FIRST_STRONG_ISOLATE + text + POP_DIRECTIONAL_ISOLATE;
