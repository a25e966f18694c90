import { Personal, Public } from '../../events/fields/field-class.js';
import { Flag } from '../../events/fields/number.js';
import { ListOf, Optional } from '../../events/fields/structure.js';
import { Code, FreeText, Instant, OneOf } from '../../events/fields/text.js';
import { type Channel, channels } from '../touchpoint-event.js';
import { type Kind } from './kind.js';

export const consentPurposes = [
  'marketing',
  'surveys',
  'service_messages',
  'profiling',
  'analytics',
  'sharing',
  'other',
] as const;

/** Somebody allowed us something or took it back. Every message that we send cites one of these. */
export class ConsentDto {
  @Public()
  @OneOf(consentPurposes)
  purpose!: (typeof consentPurposes)[number];

  @Public()
  @Flag()
  granted!: boolean;

  /** Every channel, without it. */
  @Public()
  @Optional()
  @ListOf(channels)
  channels?: Channel[];

  /** Version of the text that they agreed to. */
  @Public()
  @Optional()
  @Code()
  policyVersion?: string;

  @Public()
  @Optional()
  @Instant()
  validUntil?: string;

  /** The words, as they were shown or said. */
  @Personal()
  @Optional()
  @FreeText()
  text?: string;
}

export const consent: Kind<ConsentDto> = {
  kind: 'consent',
  version: 1,
  details: ConsentDto,
  examples: {
    en: {
      purpose: 'marketing',
      granted: true,
      channels: ['email', 'sms'],
      policyVersion: '2026-01',
      validUntil: '2028-03-01T00:00:00.000Z',
      text: 'Yes, send me offers by e-mail and SMS.',
    },
    fa: { purpose: 'surveys', granted: false, channels: ['phone'], text: 'برای نظرسنجی با من تماس نگیرید.' },
  },
};
