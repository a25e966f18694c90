import { type Weighted } from './chance.js';

export interface Product {
  readonly sku: string;
  /** As it stands on the box, Latin in every language. */
  readonly model: string;
  readonly en: string;
  readonly fa: string;
  /** In rials, and in euro cents. */
  readonly priceIrr: number;
  readonly priceEuroCents: number;
  /** Somebody comes to install it. */
  readonly isLarge: boolean;
}

const product = (
  sku: string,
  [model, en, fa]: readonly [string, string, string],
  [millionRials, euros]: readonly [number, number],
  isLarge = false,
): Product => ({
  ...{ sku, model, en, fa, isLarge },
  priceIrr: millionRials * 1_000_000,
  priceEuroCents: euros * 100 - 10,
});

export const espressoMachine = product('ES-20', ['Espresso E20', 'espresso machine', 'اسپرسوساز'], [310, 389]);
export const waterPurifier = product('WP-6', ['PureFlow 6', 'water purifier', 'دستگاه تصفیهٔ آب'], [140, 179], true);
export const fridge = product('FR-420', ['FrostLine 420', 'fridge', 'یخچال'], [980, 899], true);
export const washingMachine = product('WM-9', ['WashPro 9', 'washing machine', 'ماشین لباسشویی'], [720, 649], true);

/** In shares of what is ordered. */
export const products: Weighted<Product> = [
  [fridge, 5],
  [washingMachine, 6],
  [product('DW-14', ['AquaDish 14', 'dishwasher', 'ماشین ظرفشویی'], [690, 599], true), 5],
  [waterPurifier, 7],
  [product('AC-18', ['BreezeCool 18', 'air conditioner', 'کولر گازی'], [850, 749], true), 4],
  [espressoMachine, 8],
  [product('VC-3', ['CleanJet 3', 'vacuum cleaner', 'جاروبرقی'], [165, 189]), 9],
  [product('AF-5', ['CrispAir 5', 'air fryer', 'سرخ‌کن بدون روغن'], [98, 119]), 12],
  [product('RC-8', ['PoloMaster 8', 'rice cooker', 'پلوپز'], [62, 84]), 12],
  [product('KT-2', ['Boil 2', 'kettle', 'کتری برقی'], [24, 39]), 14],
  [product('SM-4', ['ChaiHouse 4', 'tea maker', 'چای‌ساز'], [48, 69]), 12],
  [product('BL-7', ['BlendIt 7', 'blender', 'مخلوط‌کن'], [55, 74]), 10],
  [product('IR-1', ['SteamGo', 'steam iron', 'اتوی بخار'], [36, 49]), 10],
  [product('FL-6', ['PureFlow filter set', 'filter set', 'بستهٔ فیلتر'], [9, 19]), 13],
];

/** Units of a currency for one euro: fixed, because a demo that follows the markets would not repeat. */
const perEuro: Readonly<Record<string, number>> = { EUR: 1, GBP: 0.86, USD: 1.1, CAD: 1.5, AED: 4, TRY: 38 };

/** Of one piece, in the smallest unit that prices are written in: rials, or hundredths of everything else. */
export const priceIn = (currency: string, { priceIrr, priceEuroCents }: Product): number =>
  currency === 'IRR' ? priceIrr : Math.round((priceEuroCents * (perEuro[currency] ?? 1)) / 10) * 10;

export const money = (currency: string, units: number): { amount: string; currency: string } => ({
  amount:
    currency === 'IRR' ? String(units) : `${String(Math.floor(units / 100))}.${String(units % 100).padStart(2, '0')}`,
  currency,
});
