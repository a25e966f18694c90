import { Personal, Public } from '../../events/fields/field-class.js';
import { List, Nested, Optional } from '../../events/fields/structure.js';
import { OneOf, Reference } from '../../events/fields/text.js';
import { LineItemDto, MAX_ITEMS } from '../line-item.dto.js';
import { MoneyDto } from '../money.dto.js';
import { type Kind } from './kind.js';

export const cartStages = ['cart', 'delivery', 'payment'] as const;

/** A cart that was filled and left. */
export class CartAbandonedDto {
  @Personal()
  @Optional()
  @Reference()
  cartId?: string;

  @Public()
  @Optional()
  @Nested(MoneyDto)
  amount?: MoneyDto;

  @Public()
  @Optional()
  @List(LineItemDto, MAX_ITEMS)
  items?: LineItemDto[];

  /** How far they got. */
  @Public()
  @Optional()
  @OneOf(cartStages)
  stage?: (typeof cartStages)[number];
}

export const cartAbandoned: Kind<CartAbandonedDto> = {
  kind: 'cart_abandoned',
  version: 1,
  details: CartAbandonedDto,
  examples: {
    en: {
      cartId: 'cart-7719',
      amount: { amount: '64.90', currency: 'EUR' },
      items: [{ sku: '22423', description: 'REGENCY CAKESTAND 3 TIER', quantity: 1 }],
      stage: 'payment',
    },
    fa: {
      amount: { amount: '12500000', currency: 'IRR' },
      items: [{ sku: 'FARSH-12', description: 'قالیچه‌ی دستباف قشقایی', quantity: 1 }],
      stage: 'delivery',
    },
  },
};
