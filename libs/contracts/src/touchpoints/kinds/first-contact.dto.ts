import { Personal, Public } from '../../events/fields/field-class.js';
import { Optional } from '../../events/fields/structure.js';
import { Code, FreeText, Link, OneOf } from '../../events/fields/text.js';
import { type Kind } from './kind.js';

export const contactReasons = [
  'question',
  'interest',
  'purchase',
  'support',
  'complaint',
  'partnership',
  'other',
] as const;

/** The first time we learn of somebody. */
export class FirstContactDto {
  @Public()
  @Optional()
  @OneOf(contactReasons)
  reason?: (typeof contactReasons)[number];

  @Public()
  @Optional()
  @Code()
  campaign?: string;

  /** Where they came from. */
  @Personal()
  @Optional()
  @Link()
  referrer?: string;

  @Personal()
  @Optional()
  @FreeText()
  text?: string;
}

export const firstContact: Kind<FirstContactDto> = {
  kind: 'first_contact',
  version: 1,
  details: FirstContactDto,
  examples: {
    en: {
      reason: 'question',
      campaign: 'spring-fair-2026',
      referrer: 'https://fair.example/exhibitors/12',
      text: 'Do you deliver to the Orkney Islands?',
    },
    fa: { reason: 'interest', campaign: 'nowruz-1405', text: 'سلام، برای خرید عمده تخفیف دارید؟' },
  },
};
