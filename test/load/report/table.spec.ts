import { figure, table } from './table.js';

describe('a figure', () => {
  it.each([
    [14_234.6, '14,200'],
    [999.4, '999'],
    [61.23, '61.2'],
    [6.666, '6.67'],
    [0.25, '0.25'],
    [0.0123, '0.0123'],
    [0, '0'],
    [Number.NaN, '–'],
  ])('of %d is %s', (value, text) => {
    expect(figure(value)).toBe(text);
  });
});

it('a table aligns names to the left and numbers to the right', () => {
  expect(
    table([
      ['', 'rate'],
      ['safar', '14,200'],
      ['emmett × 2', '9'],
    ]),
  ).toBe(['                rate', '  safar       14,200', '  emmett × 2       9'].join('\n'));
});
