import fc from 'fast-check';
import {
  absolute,
  add,
  compare,
  formatDecimal,
  multiply,
  parseDecimal,
  parseWhole,
  ZERO,
  type Decimal,
} from './decimal.js';

const decimal = (text: string): Decimal => {
  const value = parseDecimal(text);
  if (value === undefined) throw new Error(`not a decimal: ${text}`);
  return value;
};

describe('exact decimals', () => {
  it('sum without the error that doubles make', () => {
    const sum = ['0.1', '0.2', '0.30', '-0.6'].map(decimal).reduce(add, ZERO);
    expect(formatDecimal(sum)).toBe('0');
    expect(0.1 + 0.2 + 0.3 - 0.6).not.toBe(0);
  });

  it('multiply a quantity and a price', () => {
    expect(formatDecimal(multiply(decimal('-12'), decimal('2.55')), 2)).toBe('-30.60');
    expect(formatDecimal(absolute(multiply(decimal('-12'), decimal('2.55'))), 2)).toBe('30.60');
    expect(formatDecimal(multiply(decimal('3'), decimal('0.001')), 2)).toBe('0.003');
  });

  it.each(['', '1e3', '1,234', '.5', '5.', '0x10', 'NaN', '1.2.3', '--1', '9'.repeat(31)])('refuse %j', (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });

  it('accept Persian and Arabic digits', () => {
    expect(formatDecimal(decimal('۱۲۳'))).toBe('123');
    expect(formatDecimal(decimal('٤.٥'))).toBe('4.5');
  });

  it('agree with integer arithmetic in the smallest unit', () => {
    const cents = fc.bigInt(-(10n ** 20n), 10n ** 20n);
    const text = (value: bigint): string => formatDecimal({ units: value, scale: 2 }, 2);
    fc.assert(
      fc.property(fc.array(cents), (values) => {
        const sum = values.map(text).map(decimal).reduce(add, ZERO);
        expect(formatDecimal(sum, 2)).toBe(text(values.reduce((a, b) => a + b, 0n)));
      }),
    );
    fc.assert(
      fc.property(cents, cents, (a, b) => {
        expect(Math.sign(compare(decimal(text(a)), decimal(text(b))))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });
});

describe('whole numbers', () => {
  it('lose the fraction that a spreadsheet added', () => {
    expect(parseWhole('17850.0')).toBe('17850');
    expect(parseWhole('17850')).toBe('17850');
    expect(parseWhole('007.00')).toBe('007');
    expect(parseWhole('-3')).toBe('-3');
  });

  it.each(['17850.5', '', 'C17850', '1e4'])('refuse %j', (text) => {
    expect(parseWhole(text)).toBeUndefined();
  });
});
