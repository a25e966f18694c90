import { addDecimals } from './decimal.js';

/** Sums in one currency, kept apart so that each can be opened. Exact decimals. */
export interface Takings {
  readonly purchases: string;
  readonly returns: string;
}

/** By ISO 4217 code. */
export type Revenue = Readonly<Record<string, Takings>>;

const sides: Readonly<Record<string, keyof Takings>> = {
  'touchpoint.purchase': 'purchases',
  'touchpoint.return': 'returns',
};

/** What an event adds: the amount of a purchase or a return. One that does not say its amount adds nothing. */
export function revenueOf(type: string, details: Readonly<Record<string, unknown>> | undefined): Revenue {
  const side = sides[type];
  const money = details?.['amount'];
  if (side === undefined || typeof money !== 'object' || money === null) return {};
  if (!('amount' in money) || !('currency' in money)) return {};
  const { amount, currency } = money;
  if (typeof amount !== 'string' || typeof currency !== 'string') return {};
  return { [currency]: { purchases: '0', returns: '0', [side]: amount } };
}

export function mergeRevenue(a: Revenue, b: Revenue): Revenue {
  const merged: Record<string, Takings> = { ...a };
  for (const [currency, added] of Object.entries(b)) {
    const known = merged[currency];
    merged[currency] = known === undefined ? added : addTakings(known, added);
  }
  return merged;
}

const addTakings = (a: Takings, b: Takings): Takings => ({
  purchases: addDecimals(a.purchases, b.purchases),
  returns: addDecimals(a.returns, b.returns),
});
