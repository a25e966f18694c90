import { Public } from '../events/fields/field-class.js';
import { Currency } from '../events/fields/codes.js';
import { Decimal } from '../events/fields/text.js';

/** An exact amount, zero or more: money goes back as a `return`, not as a negative purchase. */
export class MoneyDto {
  @Public()
  @Decimal('zero_or_more')
  amount!: string;

  @Public()
  @Currency()
  currency!: string;
}

/** An exact amount above zero. */
export class PositiveMoneyDto {
  @Public()
  @Decimal('positive')
  amount!: string;

  @Public()
  @Currency()
  currency!: string;
}
