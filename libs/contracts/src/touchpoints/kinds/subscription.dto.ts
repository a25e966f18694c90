import { Personal, Public } from '../../events/fields/field-class.js';
import { Whole } from '../../events/fields/number.js';
import { Nested, Optional } from '../../events/fields/structure.js';
import { Code, FreeText, Instant, OneOf, Reference } from '../../events/fields/text.js';
import { MoneyDto } from '../money.dto.js';
import { type Kind } from './kind.js';

export const subscriptionActions = [
  'started',
  'trial_started',
  'renewed',
  'upgraded',
  'downgraded',
  'paused',
  'resumed',
  'payment_failed',
  'cancelled',
  'expired',
] as const;
export const billingPeriods = ['day', 'week', 'month', 'quarter', 'year'] as const;
export const cancellationReasons = ['price', 'not_used', 'quality', 'support', 'competitor', 'moved', 'other'] as const;

/** A contract that renews itself began, changed or ended. A cancellation counts as churn. */
export class SubscriptionDto {
  @Public()
  @OneOf(subscriptionActions)
  action!: (typeof subscriptionActions)[number];

  @Personal()
  @Optional()
  @Reference()
  subscriptionId?: string;

  @Public()
  @Optional()
  @Code()
  plan?: string;

  /** For one period. */
  @Public()
  @Optional()
  @Nested(MoneyDto)
  amount?: MoneyDto;

  @Public()
  @Optional()
  @OneOf(billingPeriods)
  period?: (typeof billingPeriods)[number];

  @Public()
  @Optional()
  @Whole(1, 10_000_000)
  seats?: number;

  @Public()
  @Optional()
  @Instant()
  endsAt?: string;

  @Public()
  @Optional()
  @OneOf(cancellationReasons)
  reason?: (typeof cancellationReasons)[number];

  @Personal()
  @Optional()
  @FreeText()
  text?: string;
}

export const subscription: Kind<SubscriptionDto> = {
  kind: 'subscription',
  version: 1,
  details: SubscriptionDto,
  examples: {
    en: {
      action: 'cancelled',
      subscriptionId: 'sub-90122',
      plan: 'fibre-500',
      amount: { amount: '39.90', currency: 'EUR' },
      period: 'month',
      endsAt: '2026-04-30T22:00:00.000Z',
      reason: 'support',
      text: 'Four calls and still no working line.',
    },
    fa: {
      action: 'renewed',
      plan: 'adsl-16',
      amount: { amount: '3200000', currency: 'IRR' },
      period: 'month',
      text: 'تمدید با تخفیف وفاداری',
    },
  },
};
