import { Personal, Public } from '../../events/fields/field-class.js';
import { List, Nested, Optional } from '../../events/fields/structure.js';
import { Code, OneOf, Reference } from '../../events/fields/text.js';
import { LineItemDto, MAX_ITEMS } from '../line-item.dto.js';
import { MoneyDto, PositiveMoneyDto } from '../money.dto.js';
import { type Kind } from './kind.js';

export const paymentMethods = [
  'card',
  'cash',
  'cash_on_delivery',
  'bank_transfer',
  'wallet',
  'invoice',
  'other',
] as const;

/** One order, at its earliest line. */
export class PurchaseDto {
  @Personal()
  @Reference()
  orderId!: string;

  /** Sum of the positive lines, above zero: an order of gifts alone is no purchase. */
  @Public()
  @Nested(PositiveMoneyDto)
  amount!: PositiveMoneyDto;

  @Public()
  @Optional()
  @List(LineItemDto, MAX_ITEMS)
  items?: LineItemDto[];

  /** What was taken off the price. */
  @Public()
  @Optional()
  @Nested(MoneyDto)
  discount?: MoneyDto;

  /** Personal, because a voucher may have been made for one person. */
  @Personal()
  @Optional()
  @Code()
  coupon?: string;

  @Public()
  @Optional()
  @OneOf(paymentMethods)
  paymentMethod?: (typeof paymentMethods)[number];

  @Public()
  @Optional()
  @Code()
  branch?: string;
}

export const purchase: Kind<PurchaseDto> = {
  kind: 'purchase',
  version: 1,
  details: PurchaseDto,
  examples: {
    en: {
      orderId: '536365',
      amount: { amount: '35.64', currency: 'GBP' },
      items: [
        {
          sku: '85123A',
          description: 'WHITE HANGING HEART T-LIGHT HOLDER',
          quantity: 6,
          unitPrice: { amount: '2.55', currency: 'GBP' },
        },
        {
          sku: '71053',
          description: 'WHITE METAL LANTERN',
          quantity: 6,
          unitPrice: { amount: '3.39', currency: 'GBP' },
        },
      ],
      discount: { amount: '0.00', currency: 'GBP' },
      paymentMethod: 'card',
    },
    fa: {
      orderId: 'س-۱۴۰۵-۲۲۱۸',
      amount: { amount: '48500000', currency: 'IRR' },
      items: [
        {
          sku: 'CHAI-500',
          description: 'چای لاهیجان ۵۰۰ گرمی',
          quantity: 5,
          unitPrice: { amount: '9700000', currency: 'IRR' },
        },
      ],
      paymentMethod: 'cash_on_delivery',
      branch: 'rasht-1',
    },
  },
};
