import { Personal, Public } from '../../events/fields/field-class.js';
import { Whole } from '../../events/fields/number.js';
import { Optional } from '../../events/fields/structure.js';
import { FreeText, Link, OneOf } from '../../events/fields/text.js';
import { type Kind } from './kind.js';

export const sentiments = ['positive', 'neutral', 'negative', 'mixed'] as const;

/** Somebody spoke of us where others read it. */
export class MentionDto {
  @Personal()
  @FreeText()
  text!: string;

  @Personal()
  @Optional()
  @Link()
  url?: string;

  @Public()
  @Optional()
  @OneOf(sentiments)
  sentiment?: (typeof sentiments)[number];

  /** How many people may have read it. */
  @Public()
  @Optional()
  @Whole(0, 10_000_000_000)
  reach?: number;
}

export const mention: Kind<MentionDto> = {
  kind: 'mention',
  version: 1,
  details: MentionDto,
  examples: {
    en: {
      text: 'Third week waiting for my parcel from @lampshop. Never again.',
      url: 'https://social.example/posts/991',
      sentiment: 'negative',
      reach: 1840,
    },
    fa: { text: 'از خدمات پس از فروششان خیلی راضی‌ام', sentiment: 'positive', reach: 320 },
  },
};
