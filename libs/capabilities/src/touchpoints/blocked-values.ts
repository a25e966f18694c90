/**
 * What programs send when they know nobody: taken for an identifier it would pour thousands of people into one customer. The
 * defaults of languages, forms and tracking libraries, and what Persian forms are filled with.
 */
const blocked: ReadonlySet<string> = new Set(
  [
    '-1 null (null) nil none nan undefined unknown anonymous anon guest visitor user customer id uuid true false n/a na',
    'not_provided not_authenticated distinct_id distinctid default test',
    'ناشناس نامشخص ندارد مهمان کاربر',
  ]
    .join(' ')
    .split(' '),
);

/** Only zeros, as in `0`, `000-000` or the nil UUID. */
const NOTHING = /^[\s0.+_-]*$/;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/** Whether a value, digits folded and trimmed, stands for nobody in particular. */
export function isBlocked(value: string): boolean {
  const folded = value.toLowerCase();
  return blocked.has(folded) || NOTHING.test(folded) || !LETTER_OR_DIGIT.test(folded) || folded.startsWith('[object');
}
