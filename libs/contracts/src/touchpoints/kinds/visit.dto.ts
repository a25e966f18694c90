import { Personal, Public } from '../../events/fields/field-class.js';
import { Seconds, Whole } from '../../events/fields/number.js';
import { Optional } from '../../events/fields/structure.js';
import { Code, Link, OneOf } from '../../events/fields/text.js';
import { type Kind } from './kind.js';

export const devices = ['desktop', 'mobile', 'tablet', 'kiosk', 'other'] as const;

/** Somebody came: to a page, to the app, to a shop. */
export class VisitDto {
  @Personal()
  @Optional()
  @Link()
  page?: string;

  @Personal()
  @Optional()
  @Link()
  referrer?: string;

  @Public()
  @Optional()
  @Code()
  campaign?: string;

  /** Shop, showroom or office. */
  @Public()
  @Optional()
  @Code()
  branch?: string;

  @Public()
  @Optional()
  @OneOf(devices)
  device?: (typeof devices)[number];

  @Public()
  @Optional()
  @Whole(0, 100_000)
  pagesViewed?: number;

  @Public()
  @Optional()
  @Seconds()
  durationSeconds?: number;
}

export const visit: Kind<VisitDto> = {
  kind: 'visit',
  version: 1,
  details: VisitDto,
  examples: {
    en: {
      page: 'https://shop.example/warranty',
      referrer: 'https://search.example/',
      device: 'mobile',
      pagesViewed: 7,
      durationSeconds: 312,
    },
    fa: { branch: 'tehran-valiasr', durationSeconds: 1500 },
  },
};
