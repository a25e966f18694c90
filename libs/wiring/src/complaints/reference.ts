import { type Pseudonyms } from '#platform/vault';

/** Crockford's base 32: no letters that look like digits, none that make words by chance. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 12;

/** What a complaint is named by in speech and on paper: 60 bits of its id, so that a million complaints share none but once in 10⁶. */
export function referenceOf(vault: Pick<Pseudonyms, 'uuid'>, complaintId: string): string {
  const bits = BigInt(`0x${vault.uuid('complaint-reference', complaintId).replaceAll('-', '').slice(-15)}`);
  const letters = Array.from(
    { length: LENGTH },
    (_, index) => LETTERS[Number((bits >> BigInt(5 * index)) & 31n)] ?? '0',
  );
  return `C-${[0, 4, 8].map((start) => letters.slice(start, start + 4).join('')).join('-')}`;
}
