/**
 * Sums of amounts, exact: in units of the smaller of the two fractions, as integers. The sum of `12.3` and `0.25` is `12.55`; a
 * sum has as many digits behind the point as its most precise part, whatever the order of adding.
 */
export function addDecimals(a: string, b: string): string {
  const [one, two] = [parse(a), parse(b)];
  const scale = Math.max(one.scale, two.scale);
  return format(unitsAt(one, scale) + unitsAt(two, scale), scale);
}

export const subtractDecimals = (a: string, b: string): string => addDecimals(a, negated(b));

const negated = (text: string): string => (text.startsWith('-') ? text.slice(1) : `-${text}`);

interface Decimal {
  readonly units: bigint;
  /** Digits behind the point. */
  readonly scale: number;
}

function parse(text: string): Decimal {
  const [, sign = '', whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined) throw new RangeError('an amount is not a decimal number');
  return { units: BigInt(`${sign}${whole}${fraction}`), scale: fraction.length };
}

const unitsAt = ({ units, scale }: Decimal, wanted: number): bigint => units * 10n ** BigInt(wanted - scale);

function format(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const sign = units < 0n ? '-' : '';
  const point = digits.length - scale;
  return `${sign}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`;
}
