import { type ListedStatusDto, type StatusCategory } from '#contracts';
import { checkStatuses, contradicted, unlisted } from './statuses.js';

const status = (id: string, category: StatusCategory): ListedStatusDto => ({ id, category, label: { en: id, fa: id } });

it.each<readonly [string, ListedStatusDto[], string | undefined]>([
  ['words of their own', [status('billed', 'resolved'), status('carrier', 'waiting_third_party')], undefined],
  ['a label for a category itself', [status('snoozed', 'snoozed')], undefined],
  ['one word twice', [status('billed', 'resolved'), status('billed', 'open')], 'listed-twice statuses.1.id'],
  ['a category for another', [status('resolved', 'open')], 'other-category statuses.0.category'],
  ['another word for a snooze', [status('later', 'snoozed')], 'only-by-time statuses.0.category'],
])('a list with %s', (_what, list, refused) => {
  const refusal = checkStatuses(list);
  expect(refusal && `${refusal.code} ${refusal.field}`).toBe(refused);
});

it('a conversation stands by a listed word of the category, or by the category’s own name', () => {
  const list = [status('billed', 'resolved')];
  expect(unlisted(list, { category: 'resolved', status: 'billed' })).toBeUndefined();
  expect(unlisted(list, { category: 'open', status: 'open' })).toBeUndefined();
  expect(unlisted(list, { category: 'open' })).toBeUndefined();
  expect(unlisted(list, { category: 'open', status: 'billed' })).toBe('status-of-other-category');
  expect(unlisted(list, { category: 'resolved', status: 'open' })).toBe('status-of-other-category');
  expect(unlisted([], { category: 'resolved', status: 'billed' })).toBe('unknown-status');
  expect(unlisted(undefined, { category: 'open', status: 'anything' })).toBeUndefined();
});

it('a list contradicts what macros and rules give, and nothing that names a category or what it has', () => {
  const gives = (category: StatusCategory, word?: string) => ({ status: { category, ...(word && { status: word }) } });
  const macro = { kind: 'macro' as const, id: 'm', actions: [gives('resolved', 'billed'), {}, gives('open')] };
  const rule = { kind: 'rule' as const, id: 'r', actions: [gives('waiting_third_party', 'carrier')] };
  const both = [status('billed', 'resolved'), status('carrier', 'waiting_third_party')];
  expect(contradicted(both, [macro, rule])).toEqual([]);
  expect(contradicted([], [macro, rule])).toEqual([
    { kind: 'macro', id: 'm', status: 'billed' },
    { kind: 'rule', id: 'r', status: 'carrier' },
  ]);
  expect(contradicted([status('billed', 'resolved'), status('carrier', 'open')], [macro, rule])).toEqual([
    { kind: 'rule', id: 'r', status: 'carrier' },
  ]);
});
