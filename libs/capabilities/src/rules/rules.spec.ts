import { clockStream, conversationStream, type RuleDto, type RuleMatchDto } from '#contracts';
import { type RecordedEvent } from '#kernel';
import { checkRules } from './check-rules.js';
import { matchRule, type RuleContext, type RuledConversation } from './match-rule.js';
import { rules, type RulesCommand } from './rules.reaction.js';
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

it('a rule finds tags in every spelling', () => {
  const tagged = { ...conversation, tags: ['VIP', 'كتاب'] };
  const when = (condition: RuleMatchDto) => matchRule(condition, tagged, { identifiers: [] });
  expect(when({ tags: ['کتاب'] })).toEqual([{ condition: 'tags', value: 'كتاب' }]);
  expect(when({ withoutTags: ['vip'] })).toBeUndefined();
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
    ['empty-action', [{ ...rule, actions: [{ note: { text: ' \u200b' } }] }]],
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

describe('what rules are asked about', () => {
  const HOUR = 3_600_000;
  const id = '5f1d7c2e-3b4a-4c5d-8e6f-7a8b9c0d1e2f';
  const at = (hours: number): number => Date.UTC(2026, 10, 27, 17) + hours * HOUR;
  const iso = (hours: number): string => new Date(at(hours)).toISOString();
  interface Told {
    readonly type: string;
    readonly at: number;
    readonly recorded?: number;
    readonly by?: string;
    readonly data?: object;
  }
  const breached: Told = { type: 'service_clock.breached', at: 4, recorded: 64, by: 'timer' };

  /** The triggers that rules are asked about, each with the hour whose rules answer it. */
  function asked(...happened: readonly Told[]): readonly string[] {
    let state = rules.initial;
    const commands: RulesCommand[] = [];
    happened.forEach(({ type, at: hours, recorded = hours, by = 'c', data = {} }, index) => {
      const clock = { conversationId: id, kind: 'first_response', ordinal: 1 } as const;
      const event = {
        ...{ id: String(index), type, schemaVersion: 1, key: 'customer', occurredAt: at(hours), data, version: 1 },
        ...{ recordedAt: at(recorded), position: BigInt(index + 1) },
        stream: type.startsWith('service_clock') ? clockStream(clock) : conversationStream(id),
        meta: { source: '/safar', correlationId: 'c', causationId: by },
      } satisfies RecordedEvent;
      const handle = rules.when[type as keyof typeof rules.when] as (
        ...values: readonly unknown[]
      ) => ReturnType<typeof rules.due>;
      const reacted = handle(state, event, id);
      state = reacted.state;
      commands.push(...(reacted.commands ?? []));
    });
    return commands.flatMap((command) => {
      if (command.type !== 'ApplyRules') return [];
      return [command.asOf === undefined ? command.on : `${command.on} as of ${String((command.asOf - at(0)) / HOUR)}`];
    });
  }
  const opened = (more: Partial<Told> = {}): Told => ({
    ...{ type: 'conversation.opened', at: 0, data: { origin: 'touchpoint', toldAt: iso(0) } },
    ...more,
  });
  const reopened = (more: Partial<Told>): Told => ({ type: 'conversation.reopened', at: 0, ...more });

  it('is what was told in time, whenever somebody was there to take it up, by the rules of then', () => {
    const monday = { recorded: 64 };
    expect(
      asked(opened(monday), { type: 'conversation.message_received', at: 0, ...monday, data: { toldAt: iso(0) } }),
    ).toEqual(['opened as of 0', 'message_received as of 0']);
    const said = { type: 'conversation.message_received', at: 1, by: 'm', data: { toldAt: iso(2) }, ...monday };
    expect(asked(opened(), said, reopened({ at: 1, by: 'm', ...monday })).slice(1)).toEqual([
      'message_received as of 2',
      'status_changed as of 2',
    ]);
  });

  it('is also a deadline or a snooze that passed while nobody ran', () => {
    expect(asked(opened(), breached, { type: 'conversation.woken', at: 5, recorded: 64, by: 'w' }).slice(1)).toEqual([
      'clock_breached',
      'status_changed',
    ]);
  });

  it('is an answer that was given elsewhere, and none that is told much later', () => {
    const answered = (told: number): Told => ({
      ...{ type: 'conversation.replied', at: 1, recorded: told, by: 'a' },
      data: { by: 'user:elsewhere', elsewhere: 'message', toldAt: iso(told), owes: {} },
    });
    const moved = (told: number): Told => ({ type: 'conversation.status_changed', at: 1, recorded: told, by: 'a' });
    expect(asked(opened(), answered(30), moved(30)).slice(1)).toEqual(['replied as of 30', 'status_changed as of 30']);
    expect(asked(opened(), answered(122), moved(122)).slice(1)).toEqual([]);
    expect(asked(opened(), { type: 'conversation.replied', at: 1, by: 'a' }).slice(1)).toEqual(['replied']);
  });

  it('is a mail that was held up on its way, and no history that is told much later', () => {
    expect(asked(opened({ recorded: 30, data: { origin: 'touchpoint', toldAt: iso(30) } }))).toEqual([
      'opened as of 30',
    ]);
    const history = opened({ recorded: 130, data: { origin: 'touchpoint', toldAt: iso(121) } });
    // Nor are its deadlines, and what follows from its words.
    expect(asked(history, { ...breached, recorded: 131 }, reopened({ recorded: 130 }))).toEqual([]);
    // What happens from then on is none.
    expect(asked(history, { ...breached, at: 140 }, reopened({ at: 150, by: 'r' }))).toEqual([
      'clock_breached',
      'status_changed',
    ]);
    const past = opened({ recorded: 1, data: { origin: 'import' } });
    expect(
      asked(
        past,
        { type: 'conversation.message_received', at: 0, recorded: 1 },
        { type: 'conversation.tagged', at: 0, recorded: 1 },
      ),
    ).toEqual([]);
    // Of before sources' times were told, as it was recorded here.
    expect(asked(opened({ recorded: 121, data: { origin: 'touchpoint' } }))).toEqual([]);
  });
});
