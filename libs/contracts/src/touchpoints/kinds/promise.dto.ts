import { Personal, Public } from '../../events/fields/field-class.js';
import { Optional } from '../../events/fields/structure.js';
import { Code, FreeText, Instant, Line, OneOf, Reference } from '../../events/fields/text.js';
import { type Kind } from './kind.js';

export const promiseStatuses = ['made', 'kept', 'rescheduled', 'waived'] as const;

/** What we told a customer we would do by a time. Whether it was broken is not reported but computed. */
export class PromiseDto {
  @Public()
  @OneOf(promiseStatuses)
  status!: (typeof promiseStatuses)[number];

  @Personal()
  @FreeText(2000)
  what!: string;

  @Public()
  @Instant()
  dueAt!: string;

  /** Names the promise when it is kept, moved or waived later. */
  @Personal()
  @Optional()
  @Reference()
  promiseId?: string;

  /** Who of us keeps it. */
  @Personal()
  @Optional()
  @Line(128)
  owner?: string;

  /** What the customer has to do first. */
  @Personal()
  @Optional()
  @FreeText(2000)
  condition?: string;

  /** Business calendar that the due time was counted in. */
  @Public()
  @Optional()
  @Code()
  calendar?: string;
}

export const promised: Kind<PromiseDto> = {
  kind: 'promise',
  version: 1,
  details: PromiseDto,
  examples: {
    en: {
      status: 'made',
      what: 'A new lampshade is with you before Friday noon.',
      dueAt: '2026-03-06T12:00:00.000Z',
      promiseId: 'pr-5521',
      owner: 'Ruth',
      condition: 'The broken one is photographed.',
      calendar: 'uk-support',
    },
    fa: { status: 'kept', what: 'نصب یخچال تا پایان سه‌شنبه', dueAt: '2026-03-10T14:30:00.000Z', owner: 'کیان' },
  },
};
