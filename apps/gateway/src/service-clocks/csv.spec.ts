import { parse } from 'csv-parse/sync';
import { csvText } from './csv.js';

describe('a table as CSV', () => {
  it('is read by others as it was written', () => {
    const rows = [
      ['key', 'n'],
      ['a "b", c', '1'],
      ['دو خط\r\nاز متن', ''],
    ];
    expect(parse(csvText(rows))).toEqual(rows);
    expect(csvText([['a', null, 1.5]])).toBe('a,,1.5\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1'])('makes no formula of %j', (text) => {
    expect(parse(csvText([[text]]))).toEqual([[`'${text}`]]);
  });
});
