import { Personal, Public } from '../../events/fields/field-class.js';
import { List, Nested, Optional } from '../../events/fields/structure.js';
import { FreeText, OneOf, Reference } from '../../events/fields/text.js';
import { LineItemDto, MAX_ITEMS } from '../line-item.dto.js';
import { PositiveMoneyDto } from '../money.dto.js';
import { type Kind } from './kind.js';

export const returnReasons = [
  'damaged',
  'wrong_item',
  'not_as_described',
  'too_late',
  'does_not_fit',
  'changed_mind',
  'other',
] as const;

/** Goods came back, or an order was cancelled. */
export class ReturnDto {
  /** Of the return itself, for example the number of the credit note. */
  @Personal()
  @Optional()
  @Reference()
  returnId?: string;

  /** Of the order that it undoes, where that is known. */
  @Personal()
  @Optional()
  @Reference()
  orderId?: string;

  /** What was paid back, above zero; figures subtract it. */
  @Public()
  @Nested(PositiveMoneyDto)
  amount!: PositiveMoneyDto;

  @Public()
  @Optional()
  @List(LineItemDto, MAX_ITEMS)
  items?: LineItemDto[];

  @Public()
  @Optional()
  @OneOf(returnReasons)
  reason?: (typeof returnReasons)[number];

  @Personal()
  @Optional()
  @FreeText()
  text?: string;
}

export const returned: Kind<ReturnDto> = {
  kind: 'return',
  version: 1,
  details: ReturnDto,
  examples: {
    en: {
      returnId: 'C536379',
      orderId: '536365',
      amount: { amount: '15.30', currency: 'GBP' },
      items: [
        {
          sku: '85123A',
          description: 'WHITE HANGING HEART T-LIGHT HOLDER',
          quantity: 6,
          unitPrice: { amount: '2.55', currency: 'GBP' },
        },
      ],
      reason: 'damaged',
      text: 'Two of the glasses were broken in the box.',
    },
    fa: {
      orderId: 'س-۱۴۰۵-۲۲۱۸',
      amount: { amount: '9700000', currency: 'IRR' },
      reason: 'changed_mind',
      text: 'یک بسته را باز نکرده‌ام و پس می‌دهم.',
    },
  },
};
