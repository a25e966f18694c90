import { type TimelineEntryView, type TouchpointKind, touchpointKinds } from '#contracts';
import { plainText } from './user-text.js';
import { type TimelineWords } from './words.js';

/** What one entry says, ready to be laid out. */
export interface EntryFacts {
  /** Short pieces for its line: an amount, an order number, an outcome. */
  readonly facts: readonly string[];
  /** What was written or said; empty when nothing was. */
  readonly text: string;
}

/** Members of the details that go on an entry's line, in this order. */
export const shownDetails: Readonly<Record<TouchpointKind, readonly string[]>> = {
  first_contact: ['reason', 'campaign'],
  visit: ['page', 'branch', 'campaign'],
  message: ['author', 'subject'],
  call: ['outcome', 'agent'],
  purchase: ['amount', 'orderId', 'items', 'coupon'],
  return: ['amount', 'returnId', 'orderId', 'items', 'reason'],
  cart_abandoned: ['amount', 'stage', 'items'],
  complaint: ['severity', 'product', 'issue', 'subissue', 'reference', 'response'],
  follow_up: ['reason', 'outcome', 'agent'],
  survey_answer: ['survey', 'score', 'question'],
  review: ['rating', 'title', 'sku', 'site'],
  mention: ['sentiment', 'url'],
  promise: ['status', 'owner'],
  service: ['service', 'stage', 'product', 'cost'],
  loyalty: ['action', 'points', 'tier', 'reward'],
  subscription: ['action', 'plan', 'amount', 'reason'],
  consent: ['purpose', 'granted'],
  custom: [],
};
/** Where a kind keeps what was written; the first one that there is. */
const texts = ['text', 'comment', 'notes', 'what'] as const;

export const isKind = (text: string): text is TouchpointKind => touchpointKinds.some((kind) => kind === text);

export const kindOf = (entry: TimelineEntryView): TouchpointKind => (isKind(entry.kind) ? entry.kind : 'custom');

export function factsOf(entry: TimelineEntryView, words: TimelineWords): EntryFacts {
  const { details } = entry;
  const names =
    kindOf(entry) === 'custom'
      ? Object.keys(details).filter((name) => !texts.some((text) => text === name))
      : shownDetails[kindOf(entry)];
  const facts = names
    .slice(0, 8)
    .map((name) => written(isCode(entry, name) ? wordOf(details[name], words) : details[name], words))
    .filter((fact) => fact !== '');
  const text = texts.map((name) => details[name]).find((value) => typeof value === 'string' && value !== '');
  return { facts, text: typeof text === 'string' ? text : '' };
}

/** Members whose values come from a closed list; an issue or a tier of the same spelling stays as it is. */
const codes = new Set([
  'reason',
  'author',
  'outcome',
  'stage',
  'severity',
  'survey',
  'sentiment',
  'status',
  'service',
  'action',
  'purpose',
]);
const isCode = (entry: TimelineEntryView, name: string): boolean => kindOf(entry) !== 'custom' && codes.has(name);
const wordOf = (value: unknown, { codes: words }: TimelineWords): unknown =>
  typeof value === 'string' && Object.hasOwn(words, value) ? words[value] : value;

function written(value: unknown, words: TimelineWords): string {
  if (typeof value === 'string') return plainText(value);
  if (typeof value === 'number') return value.toLocaleString(words.locale);
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (Array.isArray(value)) return words.items(value.length, value.length.toLocaleString(words.locale));
  if (typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value)
    return money(value.amount, value.currency, words.locale);
  return '';
}

const isAmount = (text: unknown): text is `${number}` => typeof text === 'string' && /^-?\d+(\.\d+)?$/.test(text);

/** From the decimal text itself (ECMA-402 2023 formats it exactly): a number would round what is beyond 15 digits. */
function money(amount: unknown, currency: unknown, locale: string): string {
  if (!isAmount(amount) || typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) return '';
  return plainText(
    new Intl.NumberFormat(locale, {
      style: 'currency',
      currency,
      maximumFractionDigits: 6,
    }).format(amount),
  );
}
