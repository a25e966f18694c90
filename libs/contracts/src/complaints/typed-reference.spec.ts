import { typedReference } from './typed-reference.js';

it.each([
  ['C-4F7K-92QX-0B1M'],
  ['c-4f7k-92qx-0b1m'],
  [' C‑4F7K‑92QX‑OBIM '],
  ['C-۴F7K-۹۲QX-۰B۱M'],
  ['C 4F7K 92QX 0B1M'],
  ['4f7k92qx0blm'],
  ['\u200fC-4F7K-92QX-0B1M\u200f'],
])('%s is the reference that was meant', (typed) => {
  expect(typedReference(typed)).toBe('C-4F7K-92QX-0B1M');
});

it('a reference that begins with a C keeps it, with or without its first letter', () => {
  expect(typedReference('CF7K-92QX-0B1M')).toBe('C-CF7K-92QX-0B1M');
  expect(typedReference('c-cf7k-92qx-0b1m')).toBe('C-CF7K-92QX-0B1M');
});

it('what cannot be one is left as it is', () => {
  for (const typed of ['', 'C-4F7K', 'C-4F7K-92QX-0B1U', '4F7K-92QX-0B1M-7']) expect(typedReference(typed)).toBe(typed);
});
