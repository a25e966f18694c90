import { ProblemError } from '../problems/problem-error.js';
import { savedAs, sentFileName } from './content-disposition.js';

const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

describe('the name that is sent with a file', () => {
  it.each([
    [undefined, undefined],
    ['attachment', undefined],
    ['attachment; filename=a.png', 'a.png'],
    ['attachment; filename="a b.png"', 'a b.png'],
    ['attachment; filename="a \\"b\\".png"', 'a "b".png'],
    ['attachment; filename="_.png"; filename*=UTF-8\'\'%D8%B9%DA%A9%D8%B3.png', 'عکس.png'],
    ["form-data; FileName* = utf-8'fa'%D8%B9.png", 'ع.png'],
    [latin1('attachment; filename="عکس.png"'), 'عکس.png'],
    // ISO 8859-1 that is no UTF-8.
    ['attachment; filename="na\u00efve.txt"', 'naïve.txt'],
  ])('of %j is %j', (header, name) => {
    expect(sentFileName(header)).toBe(name);
  });

  it.each(["attachment; filename*=UTF-8''%E0%A4", "a; filename*=UTF-8''%", `a; filename="${'a'.repeat(2_100)}"`])(
    'cannot be %j',
    (header) => {
      expect(() => sentFileName(header)).toThrow(ProblemError);
    },
  );
});

it('a file is saved under its name, and can be sent again under the header that it came with', () => {
  const name = `عکس "چراغ" (۱)'*%.png`;
  const header = savedAs(name);
  expect(header).toMatch(/^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''[A-Za-z0-9%._~!-]+$/);
  expect(sentFileName(header)).toBe(name);
});
