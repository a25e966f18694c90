import fc from 'fast-check';
import { addDecimals, subtractDecimals } from './decimal.js';

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: 0, max: 6 }))
  .map(([units, scale]) => ({ units, scale, text: written(units, scale) }));

function written(units: bigint, scale: number): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return `${units < 0n ? '-' : ''}${whole}${scale > 0 ? `.${digits.slice(-scale)}` : ''}`;
}

describe('a sum of amounts', () => {
  it('is exact where floating point is not', () => {
    expect(addDecimals('0.1', '0.2')).toBe('0.3');
    expect(addDecimals('9007199254740993', '0.01')).toBe('9007199254740993.01');
    expect(Array.from({ length: 1000 }, () => '0.10').reduce(addDecimals)).toBe('100.00');
  });

  it('keeps the digits of its most precise part', () => {
    expect(addDecimals('12.30', '0.7')).toBe('13.00');
    expect(addDecimals('0', '35.64')).toBe('35.64');
    expect(addDecimals('48500000', '9700000')).toBe('58200000');
  });

  it('goes below zero', () => {
    expect(subtractDecimals('1', '1.50')).toBe('-0.50');
    expect(subtractDecimals('-1', '-1.5')).toBe('0.5');
    expect(subtractDecimals('15.30', '15.30')).toBe('0.00');
  });

  it('is the sum of the units at one scale, whatever the order', () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        const scale = Math.max(a.scale, b.scale);
        const units = a.units * 10n ** BigInt(scale - a.scale) + b.units * 10n ** BigInt(scale - b.scale);
        expect(addDecimals(a.text, b.text)).toBe(written(units, scale));
        expect(addDecimals(b.text, a.text)).toBe(addDecimals(a.text, b.text));
      }),
    );
  });

  it('is not made of what is no number', () => {
    for (const text of ['', '1,5', '1e3', ' 1', '1.', '.5', 'NaN', '٣'])
      expect(() => addDecimals('1', text)).toThrow(RangeError);
  });
});
