import { type EpochMs } from '#kernel';
import { type Person } from '../person.js';
import { type Product } from '../products.js';
import { type Slots } from '../texts/topics.js';
import { slotsOf } from './support.js';

export interface Order {
  readonly number: string;
  readonly product: Product;
  readonly quantity: number;
  /** In the units of `priceIn`. */
  readonly unitPrice: number;
  readonly currency: string;
  readonly partner: string;
  readonly placedAt: EpochMs;
  readonly lateDays?: number;
  readonly isQuiet: boolean;
}

export const productName = ({ language }: Person, { fa, en }: Product): string => (language === 'fa' ? fa : en);

export const orderSlots = (person: Person, { number, product, partner }: Order, more: Slots = {}): Slots =>
  slotsOf(person, { order: number, product: productName(person, product), model: product.model, partner, ...more });
