import { Public } from '../events/fields/field-class.js';
import { Whole } from '../events/fields/number.js';
import { Nested, Optional } from '../events/fields/structure.js';
import { Line, Reference } from '../events/fields/text.js';
import { MoneyDto } from './money.dto.js';

/** A line of an order. Free of charge with a price of zero. */
export class LineItemDto {
  @Public()
  @Reference(64)
  sku!: string;

  @Public()
  @Optional()
  @Line(200)
  description?: string;

  @Public()
  @Whole(1, 1_000_000_000)
  quantity!: number;

  /** Of one piece. */
  @Public()
  @Optional()
  @Nested(MoneyDto)
  unitPrice?: MoneyDto;
}

/** Wholesale orders of the Online Retail data have up to 1,114 lines. */
export const MAX_ITEMS = 2000;
