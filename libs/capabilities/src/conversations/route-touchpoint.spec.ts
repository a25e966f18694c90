import { type ReturnRulesDto, type TouchpointEvent } from '#contracts';
import { type Conversation } from './conversation.js';
import { type ConversationCommand } from './conversation-commands.js';
import { conversation } from './conversation.decider.js';
import { type OwnConversation } from './own-exchanges.js';
import { routeTouchpoint } from './route-touchpoint.js';

const noon = Date.UTC(2026, 2, 21, 12);
const DAY = 86_400_000;
const uuid = (...parts: readonly string[]): string => parts.join('/');

function touchpoint(kind: string, details: Readonly<Record<string, unknown>>, at = noon): TouchpointEvent {
  return {
    ...{
      id: 'event',
      type: `touchpoint.${kind}` as TouchpointEvent['type'],
      schemaVersion: 1,
      key: 'sara',
      occurredAt: at,
      recordedAt: at,
    },
    ...{ stream: 'persona-sara', version: 1, position: 1n },
    data: { kind, channel: 'chat', source: 'shop', personas: [{ id: 'sara', kind: 'email' }], details },
    meta: { source: '/sources/shop', correlationId: 'c', causationId: 'c' },
  } as TouchpointEvent;
}
const said = (more: Readonly<Record<string, unknown>> = {}, at = noon) =>
  touchpoint('message', { author: 'customer', text: 'سلام، بسته‌ام کجاست؟', ...more }, at);

const one = (id: string, more: Partial<OwnConversation> = {}): OwnConversation => ({
  ...{ id, stage: 'active', category: 'open', channel: 'chat', thread: null, resolvedAt: null, mergedInto: null },
  ...{ follows: null, full: false, team: null, priority: 'normal', tags: [] },
  openedAt: noon - 2 * DAY,
  lastMessageAt: noon - DAY,
  ...more,
});
const resolved = (id: string, days: number): OwnConversation =>
  one(id, { category: 'resolved', resolvedAt: noon - days * DAY });

const routed = (event: TouchpointEvent, ...own: readonly OwnConversation[]) =>
  routeTouchpoint(event, own, { uuid, incarnation: 1 });
/** Where it goes, and by which commands. */
function way(event: TouchpointEvent, ...own: readonly OwnConversation[]): string | undefined {
  const found = routed(event, ...own);
  return found && [found.conversationId, ...found.commands.map(({ type }) => type)].join(' ');
}
const ANEW = 'conversation/event OpenConversation ReceiveMessage';
/** What a message opens: by where it was said and what it comes after there. */
const anew = (after = 'first', place = 'channel chat') =>
  `conversation-of/sara/1/${place}/${after} OpenConversation ReceiveMessage`;

describe('a message of the customer', () => {
  it('opens a conversation, with its text and direction', () => {
    expect(routed(said({ attachments: [{}, {}] }))).toEqual({
      conversationId: 'conversation-of/sara/1/channel chat/first',
      commands: [
        {
          ...{
            type: 'OpenConversation',
            at: noon,
            toldAt: noon,
            origin: 'touchpoint',
            customerId: 'sara',
            incarnation: 1,
          },
          ...{ channel: 'chat', subject: 'سلام، بسته‌ام کجاست؟' },
        },
        {
          ...{ type: 'ReceiveMessage', at: noon, toldAt: noon },
          message: {
            ...{ messageId: 'event', kind: 'message', channel: 'chat', direction: 'rtl' },
            ...{ text: 'سلام، بسته‌ام کجاست؟', attachments: ['attachment/event/0', 'attachment/event/1'] },
          },
        },
      ],
    });
  });

  it('continues the last exchange on its channel', () => {
    const own = [
      one('a'),
      one('b', { lastMessageAt: noon - 5 }),
      one('mail', { channel: 'email', lastMessageAt: noon }),
    ];
    expect(way(said(), ...own)).toBe('b ReceiveMessage');
    expect(way(said(), one('mail', { channel: 'email' }))).toBe(anew());
  });

  it('continues its thread, and no other', () => {
    const own = [one('a'), one('t', { thread: 'thread/sara/shop/88', lastMessageAt: 0, channel: 'email' })];
    expect(way(said({ conversationId: '88' }), ...own)).toBe('t ReceiveMessage');
    expect(way(said({ conversationId: '89' }), ...own)).toBe(anew('first', 'thread/sara/shop/89'));
    expect(way(said(), ...own)).toBe('a ReceiveMessage');
  });

  it('reopens within seven days of the resolution, and is another matter after that', () => {
    expect(way(said(), resolved('a', 7))).toBe('a ReceiveMessage');
    expect(way(said(), resolved('a', 7.01))).toBe(anew('a'));
    expect(routed(said(), resolved('a', 8))?.commands[0]).toMatchObject({ follows: 'a' });
    // Sent before it was resolved, and late.
    expect(way(said({}, noon - 30 * DAY), resolved('a', 1))).toBe('a ReceiveMessage');
  });

  it('reopens by the first rule that matches what was resolved, wherever that went on', () => {
    const returnRules: ReturnRulesDto = {
      spam: 'opens',
      rules: [
        { id: 'returns', when: { team: ['returns'], tags: ['damaged'] }, reopen: 'within', withinSeconds: 60 },
        { id: 'urgent', when: { priority: ['urgent'] }, reopen: 'always' },
        { id: 'chats', when: { channel: ['chat'] }, reopen: 'never' },
      ],
    };
    const by = (...own: readonly OwnConversation[]) =>
      routeTouchpoint(said(), own, { uuid, incarnation: 1, returnRules })?.conversationId;
    const after = (id: string) => `conversation-of/sara/1/channel chat/${id}`;
    const back = (more: Partial<OwnConversation>) => by({ ...resolved('a', 400), ...more });
    expect(back({ priority: 'urgent' })).toBe('a');
    const returned = { team: 'returns', tags: ['damaged'], priority: 'urgent' } as const;
    expect([back(returned), back({ ...returned, resolvedAt: noon - 60_000 })]).toEqual([after('a'), 'a']);
    expect(back({ ...returned, tags: ['Damaged'] })).toBe(after('a'));
    // Never is never, also for what was sent before it was resolved.
    expect([back({}), back({ resolvedAt: noon + 1 })]).toEqual([after('a'), after('a')]);
    // None matches: seven days.
    const merged = one('a', { stage: 'merged', mergedInto: 'b' });
    const into = (days: number) => by(merged, { ...resolved('b', days), channel: 'email' });
    expect([into(7), into(7.01)]).toEqual(['b', after('b')]);
    expect([by(one('a')), by(one('a', { stage: 'spam' }))]).toEqual(['a', after('a')]);
  });

  it('follows what was merged', () => {
    const own = [one('a', { stage: 'merged', mergedInto: 'b' }), one('b', { channel: 'email', lastMessageAt: 0 })];
    expect(way(said(), ...own)).toBe('b ReceiveMessage');
  });

  it('goes on in what follows, where a conversation has as much as it may have', () => {
    const full = one('a', { full: true });
    expect(way(said(), full)).toBe(anew('a'));
    expect(routed(said(), full)?.commands[0]).toMatchObject({ follows: 'a' });
    // By a late message, what follows looks older than what it follows; and it is full, too.
    const second = one('b', { follows: 'a', full: true, lastMessageAt: 0 });
    const third = one('c', { follows: 'b', lastMessageAt: 0 });
    expect(way(said(), full, second, third)).toBe('c ReceiveMessage');
    expect(way(said(), full, second)).toBe(anew('b'));
    // Two that follow each other, by a mistake, end the search.
    expect(way(said(), one('x', { full: true, follows: 'y' }), one('y', { full: true, follows: 'x' }))).toMatch(
      /^conv/,
    );
  });

  it('opens one by itself where what it would share takes nothing', () => {
    const avoided = new Set(['a', 'conversation-of/sara/1/channel chat/a']);
    expect(routeTouchpoint(said(), [one('a')], { uuid, incarnation: 1, avoided })?.conversationId).toBe(
      'conversation/event',
    );
  });

  it('is put where its spam is', () => {
    expect(way(said(), one('a', { stage: 'spam' }))).toBe('a ReceiveMessage');
    expect(way(said(), { ...resolved('a', 30), stage: 'spam' })).toBe('a ReceiveMessage');
  });
});

describe('a message that says it was written later than it was recorded', () => {
  const HOUR = 3_600_000;
  const by = 'user:ada';
  const ahead: TouchpointEvent = { ...said({}, noon + 5 * HOUR), recordedAt: noon + 2 * HOUR };

  it('is of when it was recorded, in what it opens and in what it continues', () => {
    for (const own of [[], [one('a')]])
      expect(routed(ahead, ...own)?.commands.map(({ at }) => at)).toEqual(
        own.length === 0 ? [ahead.recordedAt, ahead.recordedAt] : [ahead.recordedAt],
      );
  });

  it('breaks no promise and ends no snooze before their time', () => {
    const before: readonly ConversationCommand[] = [
      ...(routed(said())?.commands ?? []),
      { ...{ type: 'MakePromise', at: noon, by, promiseId: 'p', owner: by, dueAt: noon + 4 * HOUR, what: 'A lamp' } },
      { type: 'Snooze', at: noon, by, until: noon + 3 * HOUR, wake: 'stay' },
    ];
    let state: Conversation = conversation.initial;
    const told: string[] = [];
    for (const command of [...before, ...(routed({ ...ahead, id: 'second' }, one('a'))?.commands ?? [])]) {
      const decision = conversation.decide(state, command);
      if (!decision.accepted) throw new Error(decision.reason);
      state = decision.events.reduce(conversation.evolve, state);
      told.push(...decision.events.map(({ type }) => type.slice('conversation.'.length)));
    }
    expect(told).toEqual(['opened', 'message_received', 'promised', 'snoozed', 'message_received']);
    const kept = conversation.decide(state, { type: 'KeepPromise', at: noon + 3 * HOUR, by, promiseId: 'p' });
    expect(kept).toMatchObject({ events: [{ type: 'conversation.woken' }, { data: { verdict: 'kept' } }] });
  });
});

describe('what one of us said elsewhere', () => {
  const answered = (more: Readonly<Record<string, unknown>> = {}, at = noon) =>
    said({ author: 'agent', agent: 'Ruth', text: 'It is on its way.', ...more }, at);

  it('answers the last exchange on its channel, by a person, and was sent', () => {
    expect(routed(answered(), one('a', { lastMessageAt: 0 }), one('b'))).toEqual({
      conversationId: 'b',
      commands: [
        {
          ...{ type: 'TellReply', at: noon, toldAt: noon, by: 'user:elsewhere', elsewhere: 'message' },
          ...{ messageId: 'event', channel: 'chat', direction: 'ltr', author: 'Ruth', text: 'It is on its way.' },
        },
      ],
    });
  });

  it('is a program’s where a bot said it; what is sent out or is among colleagues is no answer', () => {
    expect(routed(answered({ author: 'bot' }), one('a'))?.commands).toMatchObject([{ by: 'system:elsewhere' }]);
    expect(way(answered({ author: 'system' }), one('a'))).toBeUndefined();
    expect(way(answered({ visibility: 'internal' }), one('a'))).toBeUndefined();
  });

  it('answers its thread and no other, and opens nothing', () => {
    const thread = one('t', { thread: 'thread/sara/shop/88', lastMessageAt: 0, channel: 'email' });
    expect(way(answered({ conversationId: '88' }), one('a'), thread)).toBe('t TellReply');
    expect(way(answered({ conversationId: '89' }), one('a'), thread)).toBeUndefined();
    expect(way(answered())).toBeUndefined();
    expect(way(answered(), one('mail', { channel: 'email' }))).toBeUndefined();
  });

  it('answers what had been opened by then, also where that was resolved or merged since', () => {
    const later = one('later', { openedAt: noon + 1, lastMessageAt: noon + 1 });
    expect(way(answered(), one('a'), later)).toBe('a TellReply');
    expect(way(answered(), later)).toBeUndefined();
    expect(way(answered(), one('a', { stage: 'merged', mergedInto: 'later' }), later)).toBe('later TellReply');
    const returnRules: ReturnRulesDto = { spam: 'stays', rules: [{ id: 'never', reopen: 'never' }] };
    const into = (days: number) =>
      routeTouchpoint(answered(), [resolved('a', days)], { uuid, incarnation: 1, returnRules })?.conversationId;
    expect([into(-1), into(1)]).toEqual(['a', undefined]);
    expect([way(answered(), resolved('a', 7)), way(answered(), resolved('a', 8))]).toEqual(['a TellReply', undefined]);
  });

  it('is in no spam, and in nothing that did not take it; what is full may wait for it', () => {
    expect(way(answered(), one('a', { stage: 'spam' }))).toBeUndefined();
    expect(way(answered(), one('a', { full: true }))).toBe('a TellReply');
    const avoided = new Set(['a']);
    expect(routeTouchpoint(answered(), [one('a')], { uuid, incarnation: 1, avoided })).toBeUndefined();
  });
});

describe('a call of the customer', () => {
  const called = (outcome: string) =>
    touchpoint('call', { initiatedBy: 'customer', outcome, agent: 'Ruth', notes: 'Where is it?' });
  const openIn = (event: TouchpointEvent) => {
    const commands = routed(event)?.commands ?? [];
    const state = commands.reduce<Conversation>((before, command) => {
      const decision = conversation.decide(before, command);
      if (!decision.accepted) throw new Error(decision.reason);
      return decision.events.reduce(conversation.evolve, before);
    }, conversation.initial);
    return { types: commands.map(({ type }) => type), state };
  };

  it('is answered at once where somebody took it', () => {
    expect(openIn(called('answered'))).toMatchObject({
      types: ['OpenConversation', 'ReceiveMessage', 'TellReply'],
      state: { category: 'waiting_customer', waiting: [], messages: ['event', 'call-answer/event'] },
    });
    expect(routed(called('answered'))?.commands[2]).toMatchObject({ elsewhere: 'call', author: 'Ruth' });
  });

  it.each(['missed', 'abandoned', 'voicemail', 'busy', 'failed'])('waits for us where it was %s', (outcome) => {
    expect(openIn(called(outcome))).toMatchObject({
      types: ['OpenConversation', 'ReceiveMessage'],
      state: { category: 'open', waiting: [{ since: noon }] },
    });
  });
});

describe('other touchpoints', () => {
  it('are matters of their own: calls, complaints and reviews', () => {
    for (const [kind, details] of [
      ['call', { initiatedBy: 'customer', outcome: 'missed' }],
      ['complaint', { text: 'Late' }],
      ['review', { rating: 1, title: 'Bad' }],
    ] as const)
      expect(way(touchpoint(kind, details), one('a'))).toBe(ANEW);
  });

  it('are named by what they are about', () => {
    const subject = (event: TouchpointEvent) => routed(event)?.commands[0];
    expect(subject(touchpoint('review', { rating: 1, title: 'Bad', text: 'x' }))).toMatchObject({ subject: 'Bad' });
    expect(subject(said({ subject: 'Lamp' }))).toMatchObject({ subject: 'Lamp' });
    expect(subject(said({ text: ` a\n\tb ${'😀'.repeat(500)}` }))).toMatchObject({
      subject: `a b ${'😀'.repeat(116)}`,
    });
    expect(subject(touchpoint('complaint', {}))).toMatchObject({ subject: 'complaint' });
  });

  it('are no exchange where nothing is said to us', () => {
    expect(way(touchpoint('call', { initiatedBy: 'organisation' }))).toBeUndefined();
    for (const kind of ['visit', 'purchase', 'promise', 'custom']) expect(way(touchpoint(kind, {}))).toBeUndefined();
  });
});
