export const topics = [
  'firstContact',
  'question',
  'questionAnswer',
  'whereIsMyOrder',
  'whereAnswer',
  'lateComplaint',
  'stillWaiting',
  'defectComplaint',
  'wrongItemComplaint',
  'invoiceComplaint',
  'serviceComplaint',
  'apology',
  'thanks',
  'botGreeting',
  'internalNote',
  'orderConfirmed',
  'delayNotice',
  'cartReminder',
  'callQuestion',
  'callLate',
  'callDefect',
  'callService',
  'callSale',
  'reachedNotes',
  'missedNotes',
  'surveyHappy',
  'surveyMixed',
  'surveyUnhappy',
  'surveyLate',
  'reviewHappy',
  'reviewMixed',
  'reviewUnhappy',
  'mentionHappy',
  'mentionNeutral',
  'mentionUnhappy',
  'mentionLate',
  'returnLate',
  'returnDamaged',
  'returnChangedMind',
  'returnDoesNotFit',
  'promiseDelivery',
  'promiseCallback',
  'promiseRepair',
  'promiseRefund',
  'installationNotes',
  'repairNotes',
  'warrantyNotes',
  'trainingNotes',
  'consentGiven',
  'consentWithdrawn',
  'subscriptionCancelled',
  'showroomEvent',
] as const;
export type Topic = (typeof topics)[number];

export const questions = ['nps', 'csatDelivery', 'csatSupport', 'ces'] as const;
export type Question = (typeof questions)[number];

/** What fills the places in a text. What a text does not mention is not needed. */
export interface Slots {
  readonly product?: string;
  readonly model?: string;
  readonly order?: string;
  readonly city?: string;
  readonly partner?: string;
  readonly agent?: string;
  readonly name?: string;
  readonly days?: string;
}

type Several = readonly [string, ...string[]];

export interface Texts {
  /** How people begin and end what they write; many do neither. */
  readonly openers: Several;
  readonly closers: Several;
  readonly topics: Readonly<Record<Topic, Several>>;
  readonly questions: Readonly<Record<Question, string>>;
  readonly reviewTitles: Readonly<Record<'happy' | 'mixed' | 'unhappy', Several>>;
  readonly rewards: Several;
  readonly agents: Several;
  readonly technicians: Several;
}
