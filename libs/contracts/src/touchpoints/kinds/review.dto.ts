import { Personal, Public } from '../../events/fields/field-class.js';
import { Flag, Whole } from '../../events/fields/number.js';
import { Optional } from '../../events/fields/structure.js';
import { Code, FreeText, Line, Link, Reference } from '../../events/fields/text.js';
import { type Kind } from './kind.js';

/** A public rating of a product or of us. */
export class ReviewDto {
  /** 1 to 5 stars. */
  @Public()
  @Whole(1, 5)
  rating!: number;

  @Personal()
  @Optional()
  @FreeText()
  text?: string;

  @Personal()
  @Optional()
  @Line(300)
  title?: string;

  @Public()
  @Optional()
  @Reference(64)
  sku?: string;

  /** Where it was published. */
  @Public()
  @Optional()
  @Code()
  site?: string;

  @Personal()
  @Optional()
  @Link()
  url?: string;

  @Public()
  @Optional()
  @Flag()
  verifiedPurchase?: boolean;
}

export const review: Kind<ReviewDto> = {
  kind: 'review',
  version: 1,
  details: ReviewDto,
  examples: {
    en: {
      rating: 4,
      title: 'Lovely, but the box was torn',
      text: 'The cake stand itself is beautiful.',
      sku: '22423',
      site: 'shop',
      url: 'https://shop.example/p/22423#review-5512',
      verifiedPurchase: true,
    },
    fa: { rating: 5, text: 'کیفیت چای عالی بود، حتماً دوباره می‌خرم.', sku: 'CHAI-500', verifiedPurchase: true },
  },
};
