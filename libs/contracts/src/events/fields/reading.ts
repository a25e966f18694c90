import { foldAmount, foldDigits } from './fold-digits.js';
import { toUtc } from './rfc3339.js';

/** What is done to the text of a field before its rules look at it. Doing it twice changes nothing. */
export type Reading = 'instant' | 'amount' | 'digits';

export const read: Readonly<Record<Reading, (text: string) => string>> = {
  instant: toUtc,
  amount: foldAmount,
  digits: foldDigits,
};
