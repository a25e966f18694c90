import { Personal, Public } from '../../events/fields/field-class.js';
import { Flag } from '../../events/fields/number.js';
import { Nested, Optional } from '../../events/fields/structure.js';
import { FreeText, Line, OneOf, Reference } from '../../events/fields/text.js';
import { MoneyDto } from '../money.dto.js';
import { type Kind } from './kind.js';

export const remedies = [
  'refund',
  'replacement',
  'repair',
  'correction',
  'compensation',
  'explanation',
  'apology',
  'other',
] as const;
export const severities = ['low', 'medium', 'high', 'critical'] as const;

/** Dissatisfaction for which an answer is expected (ISO 10002:2018, 3.2). Product and issue come from the sender's own lists. */
export class ComplaintDto {
  @Personal()
  @Optional()
  @Reference()
  reference?: string;

  @Personal()
  @Optional()
  @FreeText()
  text?: string;

  @Public()
  @Optional()
  @Line()
  product?: string;

  @Public()
  @Optional()
  @Line()
  subproduct?: string;

  @Public()
  @Optional()
  @Line()
  issue?: string;

  @Public()
  @Optional()
  @Line()
  subissue?: string;

  @Public()
  @Optional()
  @OneOf(remedies)
  remedySought?: (typeof remedies)[number];

  @Public()
  @Optional()
  @OneOf(severities)
  severity?: (typeof severities)[number];

  /** Somebody may be or was harmed. */
  @Public()
  @Optional()
  @Flag()
  safety?: boolean;

  /** What it is about, in money. */
  @Public()
  @Optional()
  @Nested(MoneyDto)
  amount?: MoneyDto;

  @Personal()
  @Optional()
  @Reference()
  orderId?: string;

  /** How it was answered, where it is reported after the fact; from the sender's own list. */
  @Public()
  @Optional()
  @Line()
  response?: string;

  @Public()
  @Optional()
  @Flag()
  answeredInTime?: boolean;

  @Public()
  @Optional()
  @Flag()
  disputed?: boolean;
}

export const complaint: Kind<ComplaintDto> = {
  kind: 'complaint',
  version: 1,
  details: ComplaintDto,
  examples: {
    en: {
      reference: '3184921',
      product: 'Credit card',
      issue: 'Billing disputes',
      text: 'I was charged twice for the same hotel night and nobody calls back.',
      remedySought: 'refund',
      severity: 'high',
      safety: false,
      amount: { amount: '184.00', currency: 'USD' },
    },
    fa: {
      product: 'یخچال',
      issue: 'تأخیر در نصب',
      text: 'سه بار وعده دادید و نصاب نیامد. مواد غذایی خراب شد.',
      remedySought: 'compensation',
      severity: 'medium',
    },
  },
};
