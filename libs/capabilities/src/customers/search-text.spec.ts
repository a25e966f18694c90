import { searchPatterns, searchTextOf } from './search-text.js';

const sara = searchTextOf('سارا علی‌نژاد', [
  { kind: 'customer_number', value: 'C-12347' },
  { kind: 'email', value: 'sara.n_1@example.com' },
  { kind: 'phone', value: '+989123456789' },
  { kind: 'phone', value: '+442079460018' },
]);

/** LIKE, for patterns whose only wildcards are at their ends. */
const like = (text: string, pattern: string): boolean => text.includes(pattern.slice(1, -1).replace(/\\(.)/g, '$1'));

function finds(search: string, text = sara): boolean {
  const patterns = searchPatterns(search);
  return patterns !== undefined && (patterns.words.every((word) => like(text, word)) || like(text, patterns.phone));
}

const findsExactly = (search: string): boolean =>
  searchPatterns(search)?.exact.some((pattern) => like(sara, pattern)) ?? false;

describe('a customer is found', () => {
  it.each(['سارا', 'علی نژاد', 'علينژاد', 'نژاد سارا', 'سارا علی\u200cنژاد', 'ساراعلینژاد'])(
    'by the name as %s',
    (search) => {
      expect(finds(search)).toBe(true);
    },
  );

  it.each([
    '09123456789',
    '۰۹۱۲ ۳۴۵ ۶۷۸۹',
    '+98 912 345 6789',
    '0098-912-3456789',
    '912 345',
    '٠٩١٢٣٤٥',
    '(0912) 345.67.89',
  ])('by the telephone number as %s', (search) => {
    expect(finds(search)).toBe(true);
  });

  it.each(['020 7946 0018', '+44 (20) 7946-0018', '00442079460018'])(
    'by a number of another country as %s',
    (search) => {
      expect(finds(search)).toBe(true);
    },
  );

  it.each(['SARA.N_1@example.com', 'sara.n', 'example.com', 'c-12347', '12347', '۱۲۳۴۷'])('by %s', (search) => {
    expect(finds(search)).toBe(true);
  });

  it('whatever order the identifiers are in', () => {
    const identifiers = ['b', 'a', 'c'].map((value) => ({ kind: 'handle', value }));
    expect(searchTextOf('x', identifiers)).toBe(searchTextOf('x', identifiers.toReversed()));
  });
});

describe('a customer is not found', () => {
  it.each(['ساره', 'سارا رضایی', '0913', '١٢٣۴٨', 'nobody@example.com'])('by another name or number: %s', (search) => {
    expect(finds(search)).toBe(false);
  });

  it.each(['saraxn', 'sara%', '%', 'n\\_1', 'sara?n'])('by a wildcard: %s', (search) => {
    expect(finds(search)).toBe(false);
  });

  it.each(['6789c', '0018sara', 'comسارا'])('by the end of one member and the beginning of another: %s', (search) => {
    expect(finds(search)).toBe(false);
  });
});

describe('an exact find', () => {
  it.each(['C-12347', 'sara.n_1@EXAMPLE.com', '+98 912 3456789', '0912 345 6789', 'سارا علی‌نژاد', 'سارا علی نژاد'])(
    'is a whole name, number or address: %s',
    (search) => {
      expect(findsExactly(search)).toBe(true);
    },
  );

  it.each(['12347', 'example.com', '0912', 'سارا'])('is not a part of one: %s', (search) => {
    expect(findsExactly(search)).toBe(false);
  });
});

describe('the words of a search', () => {
  it('are compared once, the longest first, and not when they are parts of others', () => {
    expect(searchPatterns('ali rezaei reza ali a')?.words).toEqual(['%rezaei%', '%ali%']);
  });
});

describe('a search for nothing', () => {
  it.each(['', '   ', '\u200c', '\u0640', '\u064b'])('is no search: %j', (search) => {
    expect(searchPatterns(search)).toBeUndefined();
  });
});
