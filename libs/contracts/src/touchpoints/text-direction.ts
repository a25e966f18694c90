import { type TextDirection } from './touchpoint-event.js';

const STRONG_RTL =
  /[\u200f\u061c]|(?=\p{L})[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Adlam}\p{Script=Hanifi_Rohingya}]/u;
const STRONG = /[\u200e\u200f\u061c]|\p{L}/u;
/** What stands between an isolate's beginning and its end has no say (rule P2). */
const ISOLATES = /[\u2066-\u2068]/;
const ISOLATED = /[\u2066-\u2068][^\u2066-\u2069]*\u2069/gu;

/**
 * Base direction of a text: that of its first strong character, as in rules P2 and P3 of the Unicode Bidirectional Algorithm
 * (UAX #9). Left to right where there is none, as in a text of digits.
 */
export function directionOf(text: string): TextDirection {
  const strong = STRONG.exec(ISOLATES.test(text) ? text.replace(ISOLATED, '') : text)?.[0];
  return strong !== undefined && STRONG_RTL.test(strong) ? 'rtl' : 'ltr';
}
