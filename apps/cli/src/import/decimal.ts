/**
 * An exact decimal: `units` × 10^−`scale`. Money is never a binary floating-point number here: summing 541,909 order lines as
 * doubles is off by pennies.
 */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

export const ZERO: Decimal = { units: 0n, scale: 0 };

// 30 digits before and 12 after the point are beyond any amount, and keep a hostile cell from becoming a huge integer.
const plainDecimal = /^([+-]?)(\d{1,30})(?:\.(\d{1,12}))?$/;
const wholeNumber = /^[+-]?\d{1,30}(?:\.0{1,12})?$/;

/** Persian (U+06F0) and Arabic (U+0660) digits as ASCII ones; everything else stays. */
export function foldDigits(text: string): string {
  return text.replace(/[۰-۹٠-٩]/g, (digit) => {
    const code = digit.charCodeAt(0);
    return String(code - (code >= 0x06f0 ? 0x06f0 : 0x0660));
  });
}

/** `-12.30` and the like; no exponent, no thousands separator. `undefined` for any other text. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = plainDecimal.exec(foldDigits(text));
  if (match === null) return undefined;
  const [, sign = '', integer = '', fraction = ''] = match;
  const units = BigInt(integer + fraction);
  return { units: sign === '-' ? -units : units, scale: fraction.length };
}

export const isDecimal = (text: string): boolean => plainDecimal.test(foldDigits(text));

/** `17850.0` → `17850`: how spreadsheets write whole numbers. `undefined` when it is not a whole number. */
export function parseWhole(text: string): string | undefined {
  const folded = foldDigits(text);
  if (!wholeNumber.test(folded)) return undefined;
  return folded.replace(/^\+|\.0+$/g, '');
}

export function add(a: Decimal, b: Decimal): Decimal {
  if (a.scale === b.scale) return { units: a.units + b.units, scale: a.scale };
  const scale = Math.max(a.scale, b.scale);
  return { units: atScale(a, scale) + atScale(b, scale), scale };
}

export const multiply = (a: Decimal, b: Decimal): Decimal => ({ units: a.units * b.units, scale: a.scale + b.scale });

export const absolute = (a: Decimal): Decimal => (a.units < 0n ? { units: -a.units, scale: a.scale } : a);

/** Negative, zero or positive, like a comparator. */
export function compare(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const difference = atScale(a, scale) - atScale(b, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** All significant digits, and at least `minimumScale` after the point: 139.120 with 2 → `139.12`, 12 with 2 → `12.00`. */
export function formatDecimal(value: Decimal, minimumScale = 0): string {
  let { units, scale } = value;
  while (scale > minimumScale && units % 10n === 0n) {
    units /= 10n;
    scale -= 1;
  }
  if (scale < minimumScale) {
    units *= 10n ** BigInt(minimumScale - scale);
    scale = minimumScale;
  }
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${units < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`;
}

const atScale = (value: Decimal, scale: number): bigint => value.units * 10n ** BigInt(scale - value.scale);
