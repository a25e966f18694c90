import { Personal, Public } from '../../events/fields/field-class.js';
import { Seconds, Whole } from '../../events/fields/number.js';
import { Optional } from '../../events/fields/structure.js';
import { FreeText, Line, Link, OneOf } from '../../events/fields/text.js';
import { type Kind } from './kind.js';

export const callOutcomes = ['answered', 'missed', 'abandoned', 'voicemail', 'busy', 'failed'] as const;

/** A telephone or video call, also one that nobody answered. */
export class CallDto {
  @Public()
  @OneOf(['customer', 'organisation'])
  initiatedBy!: 'customer' | 'organisation';

  @Public()
  @OneOf(callOutcomes)
  outcome!: (typeof callOutcomes)[number];

  /** Ringing and queueing. */
  @Public()
  @Optional()
  @Seconds()
  waitSeconds?: number;

  @Public()
  @Optional()
  @Seconds()
  durationSeconds?: number;

  @Public()
  @Optional()
  @Whole(0, 1000)
  transfers?: number;

  @Personal()
  @Optional()
  @Line(128)
  agent?: string;

  /** What was said. */
  @Personal()
  @Optional()
  @FreeText()
  notes?: string;

  @Personal()
  @Optional()
  @Link()
  recording?: string;
}

export const call: Kind<CallDto> = {
  kind: 'call',
  version: 1,
  details: CallDto,
  examples: {
    en: {
      initiatedBy: 'customer',
      outcome: 'answered',
      waitSeconds: 95,
      durationSeconds: 420,
      transfers: 1,
      agent: 'Ruth',
      notes: 'Asks why the refund for order 536365 has not arrived.',
    },
    fa: {
      initiatedBy: 'organisation',
      outcome: 'missed',
      waitSeconds: 30,
      agent: 'کیان',
      notes: 'تماس برای پیگیری نصب',
    },
  },
};
