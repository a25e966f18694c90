import { type RuleDto, type RuleMatchDto } from '#contracts';
import { checkRules } from './check-rules.js';
import { matchRule, type RuleContext, type RuledConversation } from './match-rule.js';
import { type Stood, waitsOf } from './waits.js';

const conversation: RuledConversation = {
  ...{ channel: 'email', priority: 'normal', team: 'returns', tags: ['late'], category: 'open', agent: null },
};
const matched = (when: RuleMatchDto, context: Partial<RuleContext> = {}) =>
  matchRule(when, conversation, { identifiers: [], ...context });

describe('a rule', () => {
  it('holds where all that it names hold, and says how', () => {
    expect(matched({})).toEqual([]);
    expect(matched({ channel: ['chat', 'email'], tags: ['damaged', 'late'], agent: 'nobody' })).toEqual([
      { condition: 'channel', value: 'email' },
      { condition: 'tags', value: 'late' },
      { condition: 'agent', value: 'nobody' },
    ]);
  });

  it.each<[string, RuleMatchDto]>([
    ['another channel', { channel: ['chat'] }],
    ['another team', { team: ['front'] }],
    ['a tag that it must not have', { withoutTags: ['late'] }],
    ['a priority beside what holds', { channel: ['email'], priority: ['urgent'] }],
    ['somebody who has it', { agent: 'somebody' }],
    ['words that nobody said', { text: ['refund'] }],
    ['a direction of nothing that was said', { direction: 'rtl' }],
    ['an identifier that is not known', { identifiers: [{ kind: 'email', endsWith: '@example.com' }] }],
  ])('does not hold for %s', (_what, when) => {
    expect(matched(when)).toBeUndefined();
  });

  it('finds words and identifiers however they are typed, and repeats neither', () => {
    const text = 'من از شما شكايت دارم ۱۲';
    expect(matched({ text: ['refund', 'شکایت'] }, { text })).toEqual([{ condition: 'text' }]);
    expect(matched({ text: ['12'], direction: 'rtl' }, { text, direction: 'rtl' })).toHaveLength(2);
    const identifiers = [{ kind: 'email', value: 'Sara@Example.com' }];
    const named = { kind: 'email', startsWith: 'sara', endsWith: '@example.com' };
    expect(matched({ identifiers: [named] }, { identifiers })).toEqual([{ condition: 'identifiers' }]);
    expect(matched({ identifiers: [{ ...named, kind: 'phone' }] }, { identifiers })).toBeUndefined();
  });
});

describe('rules cannot be saved', () => {
  const tag = [{ tag: { add: ['late'] } }];
  const rule: RuleDto = { id: 'a', on: ['opened'], actions: tag };
  it.each<[string, readonly RuleDto[]]>([
    ['listed-twice', [rule, rule]],
    ['not-one-trigger', [{ id: 'a', actions: tag }]],
    ['not-one-trigger', [{ ...rule, after: { waiting: 'us', minutes: 5 } }]],
    ['nothing-said', [{ ...rule, on: ['opened', 'tagged'], when: { text: ['late'] } }]],
    ['whole-identifier', [{ ...rule, when: { identifiers: [{ kind: 'email' }] } }]],
    ['nobody-acts', [{ ...rule, actions: [...tag, { assign: { to: 'me' } }] }]],
    ['not-one-action', [{ ...rule, actions: [{}] }]],
    ['empty-action', [{ ...rule, actions: [{ tag: {} }] }]],
    ['two-replies', [{ ...rule, actions: [{ reply: { cannedReply: 'x' } }, { reply: { cannedReply: 'y' } }] }]],
    [
      'too-many-delays',
      Array.from({ length: 21 }, (_, n) => ({
        id: `a${String(n)}`,
        after: { waiting: 'us', minutes: 5 },
        actions: tag,
      })),
    ],
  ])('%s', (code, rules) => {
    expect(checkRules([rule])).toBeUndefined();
    expect(checkRules(rules)?.code).toBe(code);
  });
});

describe('a wait', () => {
  const stood = (at: number, changes: Partial<Stood> = {}): Stood => ({
    ...{ at, isActive: true, category: 'open', agent: null, snoozedUntil: null, ...changes },
  });
  const put = { category: 'snoozed', snoozedUntil: 50 } as const;
  it.each<[string, readonly Stood[], object]>([
    ['goes on while nothing of it changes', [stood(1), stood(2), stood(3)], { us: 1, unassigned: 1 }],
    ['for somebody ends with an agent', [stood(1), stood(2, { agent: 'user:a' })], { us: 1 }],
    [
      'begins anew after an answer',
      [stood(1), stood(2, { category: 'waiting_customer' }), stood(3)],
      { us: 3, unassigned: 3 },
    ],
    ['for the customer is not ours', [stood(1), stood(2, { category: 'waiting_customer' })], { customer: 2 }],
    ['begins when a snooze ends', [stood(1), stood(2, put)], { us: 50, unassigned: 50 }],
    ['goes on once the end of a snooze is told', [stood(1), stood(2, put), stood(60)], { us: 50, unassigned: 50 }],
    ['begins where somebody was woken before', [stood(1), stood(2, put), stood(30)], { us: 30, unassigned: 30 }],
    ['is none in what goes on elsewhere', [stood(1), stood(2, { isActive: false })], {}],
  ])('%s', (_what, history, waits) => {
    expect(waitsOf(history)).toEqual(waits);
  });
});
