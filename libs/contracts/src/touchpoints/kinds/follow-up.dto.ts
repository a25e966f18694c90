import { Personal, Public } from '../../events/fields/field-class.js';
import { Instant, FreeText, Line, OneOf } from '../../events/fields/text.js';
import { Optional } from '../../events/fields/structure.js';
import { type Kind } from './kind.js';

export const followUpReasons = [
  'complaint',
  'low_score',
  'promise',
  'churn_risk',
  'abandoned_cart',
  'service',
  'sale',
  'other',
] as const;
export const followUpOutcomes = ['reached', 'not_reached', 'resolved', 'postponed', 'declined'] as const;

/** We got back to a customer, or tried to. */
export class FollowUpDto {
  @Public()
  @OneOf(followUpReasons)
  reason!: (typeof followUpReasons)[number];

  @Public()
  @OneOf(followUpOutcomes)
  outcome!: (typeof followUpOutcomes)[number];

  @Personal()
  @Optional()
  @FreeText()
  notes?: string;

  @Personal()
  @Optional()
  @Line(128)
  agent?: string;

  /** When it should have happened. */
  @Public()
  @Optional()
  @Instant()
  dueAt?: string;

  /** When we said we would try again. */
  @Public()
  @Optional()
  @Instant()
  nextAt?: string;
}

export const followUp: Kind<FollowUpDto> = {
  kind: 'follow_up',
  version: 1,
  details: FollowUpDto,
  examples: {
    en: {
      reason: 'complaint',
      outcome: 'not_reached',
      notes: 'No answer, left a message with the receptionist.',
      agent: 'Ruth',
      dueAt: '2026-03-02T14:00:00.000Z',
      nextAt: '2026-03-03T09:30:00.000Z',
    },
    fa: { reason: 'low_score', outcome: 'resolved', notes: 'مشتری از تعویض رایگان راضی بود.', agent: 'نگار' },
  },
};
