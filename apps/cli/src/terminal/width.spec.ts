import { textTable } from './table.js';
import { clip, displayWidth, wrap } from './width.js';

describe('the width of a text', () => {
  it.each([
    ['abc', 3],
    ['سفر', 3],
    ['می‌روم', 5],
    ['بستهٔ', 4],
    ['日本', 4],
    ['👩‍🚀', 2],
    ['\u001b[31mred\u001b[39m', 3],
    ['\u2068a\u2069', 1],
  ])('of %j is %i cells', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  it('is kept when it is clipped or wrapped', () => {
    expect(clip('touchpoint', 6)).toBe('touch…');
    expect(clip('日本語日本語', 6)).toBe('日本…');
    expect(clip('fits', 4)).toBe('fits');
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
    expect(wrap('', 4)).toEqual([]);
  });

  it('makes columns', () => {
    expect(
      textTable(
        ['a', 'b'],
        [
          ['سفر', '1'],
          ['日本語', '2'],
        ],
      ),
    ).toBe('a       b\nسفر     1\n日本語  2');
  });
});
