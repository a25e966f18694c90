import { type ConversationFact } from '#contracts';
import { type Conversation, MAX_EVENTS, MAX_MESSAGES, owedSince } from './conversation.js';
import { type ConversationCommand, type OpenConversation } from './conversation-commands.js';
import { conversation } from './conversation.decider.js';

const noon = Date.UTC(2026, 2, 21, 12);
const HOUR = 3_600_000;
const by = 'user:ada';
const bea = 'user:bea';
const open: OpenConversation = {
  ...{ type: 'OpenConversation', at: noon, origin: 'agent', by, customerId: 'c-1', incarnation: 1 },
  ...{ channel: 'email', subject: 'Parcel' },
};
const at = noon + HOUR;
const from = (messageId: string, when = at): ConversationCommand => ({
  type: 'ReceiveMessage',
  at: when,
  message: { messageId, kind: 'message', channel: 'email', text: 'سلام', direction: 'rtl' },
});
const reply = (messageId: string, since: number, then?: 'open' | 'resolved', who = by): ConversationCommand => ({
  ...{ type: 'Reply', at, by: who, messageId, since, text: 'Hello', direction: 'ltr' },
  ...(then && { then }),
});
const status = (category: 'open' | 'waiting_third_party' | 'resolved', word?: string): ConversationCommand => ({
  ...{ type: 'ChangeStatus', at, by, category },
  ...(word !== undefined && { status: word }),
});
const snooze = (wake: 'on_reply' | 'stay', until = noon + 5 * HOUR): ConversationCommand => ({
  ...{ type: 'Snooze', at, by, until, wake },
});
const merge = (customerId = 'c-1', into = 'other', incarnation = 1): ConversationCommand => ({
  ...{ type: 'Merge', at, by, into, self: 'self', customerId, incarnation },
});

const stateAfter = (...commands: readonly ConversationCommand[]): Conversation =>
  stateAfterAll(conversation.initial, ...commands);

const stateAfterAll = (before: Conversation, ...commands: readonly ConversationCommand[]): Conversation =>
  commands.reduce((state, command) => {
    const decision = conversation.decide(state, command);
    if (!decision.accepted) throw new Error(decision.reason);
    return decision.events.reduce(conversation.evolve, state);
  }, before);

const choiceIn = (state: Conversation) =>
  state.stage === 'unknown' ? undefined : [state.category, state.turnSince, state.chosenSince];
const owedIn = (state: Conversation) => (state.stage === 'unknown' ? undefined : owedSince(state.waiting));

/** The events of the last of the commands, short; or why there are none. */
function after(...commands: readonly ConversationCommand[]): readonly string[] | string {
  const last = commands.at(-1) ?? open;
  const decision = conversation.decide(stateAfter(open, ...commands.slice(0, -1)), last);
  return decision.accepted ? decision.events.map(short) : decision.reason;
}

function short({ type, data }: ConversationFact): string {
  const said = [type.slice('conversation.'.length)];
  if ('cause' in data) said.push(data.cause);
  if ('category' in data) said.push(`${data.category}/${data.status}`);
  if ('agent' in data) said.push(data.agent ?? 'nobody');
  return said.join(' ');
}

describe('a mention', () => {
  const note = (...mentions: string[]): ConversationCommand => ({
    ...{ type: 'AddNote', at, by, messageId: mentions.join(' '), text: 'Look', direction: 'ltr', mentions },
  });
  const see = (who: string): ConversationCommand => ({ type: 'SeeMention', at, by: who });
  it('is seen once, by whoever was mentioned, also in what is resolved', () => {
    expect(after(note(bea), see(bea))).toEqual(['mention_seen']);
    expect(after(note(bea), see('user:kian'))).toEqual([]);
    expect(after(note(bea), see(bea), see(bea))).toEqual([]);
    expect(after(note(bea), status('resolved'), see(bea))).toEqual(['mention_seen']);
    expect(after(note(bea), see(bea), note(bea, 'user:kian'), see(bea))).toEqual(['mention_seen']);
    expect(after(note(bea), merge(), see(bea))).toBe('merged');
  });
  it('is not seen by a link, which may have been made from the other conversation', () => {
    const link: ConversationCommand = { type: 'Link', at, by: bea, self: 'a', to: 'b', linked: true };
    expect(after(note(bea), link, see(bea))).toEqual(['mention_seen']);
  });
  it('is seen by doing anything in it', () => {
    expect(after(note(bea), { type: 'Tag', at, by: bea, add: ['late'] }, see(bea))).toEqual([]);
    expect(after(note(by), see(by))).toEqual([]);
  });
});

describe('a conversation', () => {
  it('is opened once: by its touchpoint as often as that is delivered, by people not twice', () => {
    const byTouchpoint: OpenConversation = { ...open, origin: 'touchpoint' };
    expect(conversation.decide(stateAfter(byTouchpoint), byTouchpoint)).toEqual({ accepted: true, events: [] });
    expect(after(open)).toBe('already-opened');
    expect(conversation.decide(conversation.initial, status('open'))).toMatchObject({ reason: 'never-opened' });
  });

  it('waits for the customer after a reply, unless its author says otherwise', () => {
    expect(after(reply('r1', 1))).toEqual(['replied', 'status_changed reply waiting_customer/waiting_customer']);
    expect(after(reply('r1', 1, 'resolved'))).toEqual(['replied', 'status_changed reply resolved/resolved']);
    expect(after(reply('r1', 1, 'open'))).toEqual(['replied']);
    expect(after(status('waiting_third_party'), reply('r1', 2))).toEqual(['replied']);
  });

  it('waits for us still after what a program says, which answers nobody, unless that was told otherwise', () => {
    expect(after(reply('r1', 1, undefined, 'system:rules'))).toEqual(['replied']);
    expect(after(reply('r1', 1, undefined, 'key:robot'))).toEqual(['replied']);
    const resolved = 'status_changed reply resolved/resolved';
    expect(after(reply('r1', 1, 'resolved', 'system:rules'))).toContain(resolved);
  });

  it('waits for us when the customer writes, whatever it waited for before', () => {
    expect(after(reply('r1', 1), from('m1'))).toEqual([
      'message_received',
      'status_changed customer_message open/open',
    ]);
    expect(after(status('waiting_third_party'), from('m1'))).toEqual([
      'message_received',
      'status_changed customer_message open/open',
    ]);
    expect(after(from('m1'))).toEqual(['message_received']);
    expect(after(status('resolved'), from('m1'))).toEqual(['message_received', 'reopened customer_message']);
  });

  it('hears a message once, however often it is delivered', () => {
    expect(after(from('m1'), from('m1'))).toEqual([]);
    expect(after(reply('r1', 1), reply('r1', 1))).toEqual([]);
  });
});

describe('a reply', () => {
  it('is stopped when somebody spoke since its author looked, and by nothing else', () => {
    expect(after(from('m1'), reply('r1', 1))).toBe('replied-since');
    expect(after(reply('r1', 1), reply('r2', 1))).toBe('replied-since');
    expect(after(from('m1'), reply('r1', 2))).toContain('replied');
    const note: ConversationCommand = { type: 'AddNote', at, by: bea, messageId: 'n1', text: 'Hm', direction: 'ltr' };
    expect(after(note, { type: 'Take', at, by: bea }, reply('r1', 1))).toContain('replied');
  });

  it('cannot have read what is not there yet', () => {
    expect(after(reply('r1', 2))).toBe('unknown-version');
  });
});

describe('whose it is', () => {
  const take = (who: string): ConversationCommand => ({ type: 'Take', at, by: who });

  it('is of whoever took it first', () => {
    expect(after(take(by))).toEqual([`assigned ${by}`]);
    expect(after(take(by), take(by))).toEqual([]);
    expect(after(take(by), take(bea))).toBe('already-taken');
    expect(after(take(by), { type: 'Assign', at, by: bea, agent: bea })).toEqual([`assigned ${bea}`]);
    expect(after(take(by), { type: 'Assign', at, by: bea }, take(bea))).toEqual([`assigned ${bea}`]);
  });

  it('is nobody in particular in another team', () => {
    const transfer: ConversationCommand = { type: 'Transfer', at, by, team: 'returns' };
    expect(after(take(by), transfer)).toEqual(['transferred', 'assigned']);
    expect(after(take(by), { ...transfer, keepAgent: true })).toEqual(['transferred']);
    // Where it is already, it is not given away.
    expect(after(transfer, take(by), transfer)).toEqual([]);
    expect(after({ type: 'Transfer', at, by, team: 'returns' }, { type: 'Transfer', at, by, team: 'returns' })).toEqual(
      [],
    );
  });
});

describe('how it stands', () => {
  it('is told in the words of the organisation, with what they count as', () => {
    expect(after(status('waiting_third_party', 'with-the-carrier'))).toEqual([
      'status_changed agent waiting_third_party/with-the-carrier',
    ]);
    expect(after(status('waiting_third_party', 'x'), status('waiting_third_party', 'x'))).toEqual([]);
  });

  it('is open again by an event of its own', () => {
    expect(after(status('resolved'), status('open'))).toEqual(['reopened agent']);
    expect(after(status('resolved'), status('waiting_third_party'))).toEqual([
      'reopened agent',
      'status_changed agent waiting_third_party/waiting_third_party',
    ]);
    expect(after(snooze('stay'), status('open'))).toEqual(['woken agent']);
  });

  it('snoozes until its time, or until the customer writes where they may wake it', () => {
    expect(after(snooze('on_reply'), from('m1'))).toEqual(['message_received', 'woken customer_message']);
    expect(after(snooze('stay'), from('m1'))).toEqual(['message_received']);
    expect(after(snooze('stay', at))).toBe('in-the-past');
    expect(after(status('resolved'), snooze('stay'))).toBe('resolved');
  });

  it('is woken at the time that was said, whoever notices and whenever', () => {
    const until = noon + 5 * HOUR;
    const before = stateAfter(open, snooze('stay', until));
    const noticed = conversation.decide(before, from('m1', until + 9 * HOUR));
    expect(noticed).toMatchObject({
      events: [
        { type: 'conversation.woken', at: until, data: { cause: 'time' } },
        { type: 'conversation.message_received' },
      ],
    });
  });
});

describe('an answer that was given elsewhere', () => {
  const told = (messageId: string, when: number, who = 'user:elsewhere'): ConversationCommand => ({
    ...{ type: 'TellReply', at: when, toldAt: at + 9 * HOUR, by: who, elsewhere: 'message', messageId },
    ...{ channel: 'email', direction: 'ltr', author: 'Ruth', text: 'Hello' },
  });
  const saidSo = (...commands: readonly ConversationCommand[]) => {
    const decision = conversation.decide(stateAfter(open, ...commands.slice(0, -1)), commands.at(-1) ?? open);
    return decision.accepted ? decision.events : [];
  };

  it('ends the wait as a reply here does, at its own instant, and stops nobody', () => {
    const first = from('m', noon);
    expect(saidSo(first, told('r', at))).toMatchObject([
      {
        type: 'conversation.replied',
        at,
        data: { by: 'user:elsewhere', elsewhere: 'message', author: 'Ruth', owes: {} },
      },
      { type: 'conversation.status_changed', at, data: { category: 'waiting_customer', cause: 'reply' } },
    ]);
    // An older version was read by nobody: it was written elsewhere. Whoever writes here has not read it.
    expect(after(first, told('r', at), reply('mine', 2))).toBe('replied-since');
    expect(after(first, told('r', at), told('r', at))).toEqual([]);
  });

  it('told late, answers what had been said by then', () => {
    const both = [from('m', noon), from('n', noon + 2 * HOUR)];
    const state = stateAfter(open, ...both, told('r', noon + HOUR));
    expect([owedIn(state), state]).toMatchObject([noon + 2 * HOUR, { category: 'open', turnSince: noon + 2 * HOUR }]);
    expect(stateAfter(open, ...both, told('r', noon - 1))).toMatchObject({ category: 'open', turnSince: noon });
    // What was done after it stays.
    const kept = stateAfter(open, from('m', noon), reply('r', 2, 'open'), told('late', noon + 1));
    expect(kept).toMatchObject({ category: 'open', turnSince: at });
  });

  it('told late, answers nothing that was said after it, also where that goes on elsewhere', () => {
    const three = [noon, noon + HOUR, noon + 2 * HOUR];
    const late = (given: number, ...before: readonly ConversationCommand[]) =>
      owedIn(stateAfter(...before, told('r', given)));
    const absorb: ConversationCommand = { type: 'Absorb', at: noon + 3 * HOUR, by, from: 'x', ours: true, owed: three };
    expect(three.map((given) => late(given, open, absorb))).toEqual([three[1], three[2], null]);
    const split: OpenConversation = { ...open, origin: 'split', owes: three };
    expect(three.map((given) => late(given, split))).toEqual([three[1], three[2], null]);
    // Once it is a conversation of its own again, too.
    const both = [open, from('m', noon), from('n', noon + 2 * HOUR), merge()];
    const back = (answeredUntil: number): ConversationCommand => ({
      ...{ type: 'Unmerge', at: noon + 4 * HOUR, by, answeredUntil, measured: true },
    });
    expect(owedIn(stateAfter(...both, back(noon + HOUR)))).toBe(noon + 2 * HOUR);
    expect(stateAfter(...both, back(noon + HOUR))).toMatchObject({ category: 'open' });
    expect(stateAfter(...both, back(noon + 2 * HOUR))).toMatchObject({ category: 'waiting_customer', waiting: [] });
  });

  it('is told of the oldest and the newest that wait, of more than a hundred', () => {
    const owed = Array.from({ length: 150 }, (_, index) => noon - index * 1_000);
    const absorb: ConversationCommand = { type: 'Absorb', at, by, from: 'x', ours: true, owed };
    const state = stateAfter(open, absorb);
    expect(owedIn(state)).toBe(noon - 149_000);
    expect(state.stage !== 'unknown' && state.waiting.map(({ since }) => since).slice(0, 3)).toEqual([
      noon - 149_000,
      noon - 99_000,
      noon - 98_000,
    ]);
  });

  it('told late, moves nothing that somebody chose after it; what was chosen before it, it does', () => {
    const investigated = status('open', 'investigated');
    const since = new Date(at).toISOString();
    const ours = [open, from('m', noon)];
    expect(saidSo(ours[1] ?? open, investigated, told('r', at - 1))).toMatchObject([{ data: { owes: {}, since } }]);
    expect(stateAfter(...ours, investigated, told('r', at - 1))).toMatchObject({
      ...{ category: 'open', status: 'investigated', waiting: [], turnSince: at },
    });
    expect(stateAfter(...ours, investigated, told('r', at))).toMatchObject({ category: 'waiting_customer' });
    // It came back at the time that was said.
    const woken = stateAfter(...ours, snooze('on_reply', at + HOUR), { type: 'Wake', at: at + HOUR }, told('r', at));
    expect(woken).toMatchObject({ category: 'open', turnSince: at + HOUR });
    // It had been merged meanwhile, and was answered there.
    const back = (answeredUntil: number): ConversationCommand => ({
      ...{ type: 'Unmerge', at: at + HOUR, by, answeredUntil, measured: true },
    });
    const apart = (until: number) => stateAfter(...ours, investigated, merge(), back(until));
    expect([apart(at - 1), apart(at)]).toMatchObject([
      { waiting: [], status: 'investigated', turnSince: at },
      { waiting: [], status: 'waiting_customer' },
    ]);
    // A rule is nobody, and who writes moves what was chosen.
    const bySystem: ConversationCommand = { ...investigated, by: 'system:rules' } as ConversationCommand;
    expect(stateAfter(...ours, bySystem, told('r', at - 1))).toMatchObject({ category: 'waiting_customer' });
    const written = stateAfter(...ours, status('waiting_third_party'), from('n', noon + 1), told('r', noon + 2));
    expect(written).toMatchObject({ category: 'waiting_customer' });
  });

  it('told late of what a merge brought, leaves it as somebody had put it aside before that', () => {
    const absorb: ConversationCommand = { type: 'Absorb', at: at + HOUR, by, from: 'x', ours: true, owed: [noon] };
    const chosen = [status('waiting_third_party', 'lab'), snooze('on_reply', noon + 24 * HOUR), status('resolved')];
    for (const each of chosen) {
      const left = stateAfter(open, each);
      const answered = stateAfter(open, each, absorb, told('r', at - 1));
      expect([choiceIn(answered), owedIn(answered)]).toEqual([choiceIn(left), null]);
    }
    // It would be open by now.
    const until = at + 2 * HOUR;
    const woken = stateAfter(open, snooze('on_reply', until), absorb, told('r', at - 1));
    expect(woken).toMatchObject({ category: 'open', turnSince: until, waiting: [] });
    // What was open before stays so, as it was chosen.
    const opened = stateAfter(open, status('open', 'investigated'), absorb, told('r', at - 1));
    expect(opened).toMatchObject({ category: 'open', status: 'investigated', turnSince: at, waiting: [] });
  });

  it('of a part of what a merge took along leaves that answered when it is undone', () => {
    const both = [open, from('m', noon), from('n', at)];
    const unmerge: ConversationCommand = {
      ...{ type: 'Unmerge', at: at + HOUR, by },
      answeredUntil: noon,
      measured: true,
    };
    const back = stateAfter(...both, merge(), unmerge);
    expect(owedIn(back)).toBe(at);
    const splitOff: ConversationCommand = { type: 'SplitOff', at: at + HOUR, by, into: 'new', messages: ['n'] };
    expect(owedIn(stateAfterAll(back, splitOff))).toBeNull();
  });

  it('finds what was chosen as it would be without a merge that was undone', () => {
    const [merged, later] = [at + HOUR, at + 2 * HOUR];
    const undone: readonly ConversationCommand[] = [
      { type: 'Absorb', at: merged, by, from: 'x', ours: true },
      { type: 'Release', at: later, by, from: 'x' },
    ];
    const chosen = [
      status('waiting_third_party'),
      snooze('on_reply'),
      snooze('on_reply', merged + 1),
      status('resolved'),
    ];
    for (const each of [...chosen, reply('r1', 1)]) {
      const [left, back] = [stateAfter(open, each), stateAfter(open, each, ...undone)];
      const asOf = (state: Conversation) => stateAfterAll(state, { type: 'Wake', at: later });
      expect(choiceIn(asOf(back))).toEqual(choiceIn(asOf(left)));
    }
  });

  it('of a program answers nobody', () => {
    expect(after(from('m', noon), told('r', at, 'system:elsewhere'))).toEqual(['replied']);
    expect(owedIn(stateAfter(open, from('m', noon), told('r', at, 'system:elsewhere')))).toBe(noon);
  });

  it('leaves what is resolved resolved, and is not in spam', () => {
    expect(after(status('resolved'), told('r', at))).toEqual(['replied']);
    expect(after({ type: 'MarkSpam', at, by, spam: true }, told('r', at))).toBe('spam');
  });
});

describe('tags', () => {
  const tag = (add: string[], remove: string[] = []): ConversationCommand => ({ type: 'Tag', at, by, add, remove });

  it('are there once, and at most fifty', () => {
    expect(stateAfter(open, tag(['b', 'a', 'b']), tag(['c'], ['a', 'x']))).toMatchObject({ tags: ['b', 'c'] });
    expect(after(tag(['a']), tag(['a'], ['x']))).toEqual([]);
    expect(after(tag(Array.from({ length: 50 }, (_, index) => `t${String(index)}`)), tag(['more']))).toBe(
      'too-many-tags',
    );
  });

  /** As Arabic and Persian keyboards write it, with a joiner, with tatweel, in another form of the same letters. */
  const spellings = ['پیش‌فروش کتاب', 'پيش‌فروش كتاب', 'پیشفروش کتاب', ' پیشفروش  کتـاب ', 'ﭘﯿﺸﻔﺮﻭﺵ کتاب'];

  it('are one in every spelling, shown as it was first', () => {
    const [first = '', ...others] = spellings;
    for (const each of others) {
      expect(after(tag([first]), tag([each]))).toEqual([]);
      expect(after(tag([first]), tag([each], [first]))).toEqual([]);
      expect(stateAfter(open, tag([first, each, 'VIP']), tag(['vip']))).toMatchObject({ tags: ['VIP', first] });
      expect(stateAfter(open, tag([first]), tag([], [each]))).toMatchObject({ tags: [] });
    }
  });

  it('go in all spellings that they were given before they were one', () => {
    const [arabic = '', persian = ''] = ['كتاب', 'کتاب'];
    const tagged = (data: object) => ({ type: 'conversation.tagged', at, data: { by, ...data } }) as ConversationFact;
    const told = (...more: readonly ConversationFact[]) =>
      [tagged({ added: [arabic] }), tagged({ added: [persian] }), ...more].reduce(
        conversation.evolve,
        stateAfter(open),
      );
    const asked = (state: Conversation, command: ConversationCommand) => conversation.decide(state, command);
    expect(asked(told(), tag(['كتـاب']))).toEqual({ accepted: true, events: [] });
    expect(asked(told(), tag([], ['کتـاب']))).toMatchObject({ events: [{ data: { removed: [arabic, persian] } }] });
    // Who took away one of the two then has the other still.
    expect(told(tagged({ removed: [arabic] }))).toMatchObject({ tags: [persian] });
  });
});

describe('what conversations are to one another', () => {
  it('goes on in another of the same customer, and only there', () => {
    expect(after(merge())).toEqual(['merged']);
    expect(after(merge('c-2'))).toBe('other-customer');
    expect(after(merge('c-1', 'other', 2))).toBe('other-customer');
    expect(after(merge('c-1', 'self'))).toBe('itself');
    expect(after(merge(), merge())).toEqual([]);
    expect(after(merge(), status('resolved'))).toBe('merged');
    expect(after(merge(), from('m1'))).toBe('merged');
    expect(after({ type: 'Absorb', at, by, from: 'x', ours: false }, merge())).toBe('has-absorbed');
  });

  it('takes over whose turn it is and what is owed, and wakes what rested', () => {
    const absorb = (owed?: number, ours = true): ConversationCommand => ({
      ...{ type: 'Absorb', at, by, from: 'x', ours },
      ...(owed !== undefined && { owed: [owed] }),
    });
    const owes = { since: new Date(noon).toISOString() };
    expect(conversation.decide(stateAfter(open, status('resolved')), absorb(noon))).toMatchObject({
      events: [
        { type: 'conversation.absorbed', data: { from: 'x', owes } },
        { type: 'conversation.reopened', data: { by, cause: 'customer_message' } },
      ],
    });
    const opens = ['absorbed', 'status_changed customer_message open/open'];
    expect(after(reply('r1', 1), absorb(noon))).toEqual(opens);
    expect(after(snooze('on_reply'), absorb(noon))).toEqual(['absorbed', 'woken customer_message']);
    expect(after(snooze('stay'), absorb(noon))).toEqual(['absorbed']);
    // Nobody waits for an answer in it, and it is ours all the same.
    expect(after(status('resolved'), absorb())).toEqual(['absorbed', 'reopened agent']);
    expect(after(status('resolved'), absorb(undefined, false))).toEqual(['absorbed']);
    // It was put aside, and nobody would come back to it.
    const aside: ConversationCommand = { type: 'Absorb', at, by, from: 'x', ours: false, aside: true };
    expect(after(status('resolved'), aside)).toEqual(['absorbed', 'reopened agent']);
    expect(after(reply('r1', 1), aside)).toEqual(['absorbed', 'status_changed agent open/open']);
    expect(after(snooze('on_reply'), aside)).toEqual(['absorbed']);
    expect(after(status('waiting_third_party'), aside)).toEqual(['absorbed']);
    expect(after(from('m1'), absorb(noon))).toEqual(['absorbed']);
    expect(owedIn(stateAfter(open, from('m1'), absorb(noon)))).toBe(noon);
  });

  it('gives back what it took over, and stands as before where nothing else moved it', () => {
    const absorb: ConversationCommand = { type: 'Absorb', at, by, from: 'x', ours: true, owed: [noon] };
    const release: ConversationCommand = { type: 'Release', at, by, from: 'x' };
    const back = 'status_changed agent waiting_customer/waiting_customer';
    expect(after(reply('r1', 1), absorb, release)).toEqual(['released', back]);
    expect(owedIn(stateAfter(open, reply('r1', 1), absorb, release))).toBeNull();
    // They wrote in it meanwhile: that is its own.
    expect(after(reply('r1', 1), absorb, from('m1'), release)).toEqual(['released']);
    expect(owedIn(stateAfter(open, reply('r1', 1), absorb, from('m1'), release))).toBe(at);
    const unmerge = (answered: boolean): ConversationCommand => ({
      ...{ type: 'Unmerge', at, by, measured: true },
      ...(answered && { answeredUntil: Infinity }),
    });
    expect(owedIn(stateAfter(open, from('m1'), merge(), unmerge(false)))).toBe(at);
    // It was answered there, so nobody owes an answer here.
    expect(owedIn(stateAfter(open, from('m1'), merge(), unmerge(true)))).toBeNull();
    expect(after(from('m1'), merge(), unmerge(true))).toEqual([
      'unmerged',
      'status_changed reply waiting_customer/waiting_customer',
    ]);
  });

  it('stands as before where it owed something of its own, or was put aside, since when it had', () => {
    const absorb: ConversationCommand = { type: 'Absorb', at: at + HOUR, by, from: 'x', ours: true, owed: [noon] };
    const released = (...before: readonly ConversationCommand[]) =>
      conversation.decide(stateAfter(open, ...before, absorb), { type: 'Release', at: at + 2 * HOUR, by, from: 'x' });
    const since = new Date(at).toISOString();
    expect(released(from('m1'), status('waiting_third_party'))).toMatchObject({
      events: [{ data: { owes: { since } } }, { type: 'conversation.status_changed', data: { since } }],
    });
    expect(released(reply('r1', 1), status('resolved'))).toMatchObject({
      events: [{ data: { owes: {} } }, { data: { category: 'resolved', since } }],
    });
    expect(released({ type: 'Snooze', at, by, until: at + 9 * HOUR, wake: 'on_reply' })).toMatchObject({
      events: [{}, { type: 'conversation.snoozed', data: { until: new Date(at + 9 * HOUR).toISOString(), since } }],
    });
    // It would have been open since its snooze was over.
    const until = new Date(at + 1.5 * HOUR).toISOString();
    expect(released({ type: 'Snooze', at, by, until: at + 1.5 * HOUR, wake: 'on_reply' })).toMatchObject({
      events: [{ data: { since: until } }],
    });
  });

  it('is not restored while another is merged into it', () => {
    const absorb = (other: string): ConversationCommand => ({
      type: 'Absorb',
      at,
      by,
      from: other,
      ours: true,
      owed: [noon],
    });
    const release = (other: string): ConversationCommand => ({ type: 'Release', at, by, from: other });
    expect(after(status('waiting_third_party'), absorb('x'), absorb('y'), release('x'))).toEqual(['released']);
    expect(after(status('waiting_third_party'), absorb('x'), absorb('y'), release('x'), release('y'))).toEqual([
      'released',
      'status_changed agent waiting_third_party/waiting_third_party',
    ]);
  });

  it('that nothing measured meanwhile is owed from when it came back', () => {
    const later = at + HOUR;
    const unmerge: ConversationCommand = { type: 'Unmerge', at: later, by, measured: false };
    expect(owedIn(stateAfter(open, from('m1'), merge(), unmerge))).toBe(later);
    expect(owedIn(stateAfter(open, merge(), unmerge))).toBeNull();
  });

  it('is owed from where it began once it turns out to be no spam: nobody gains time by marking it', () => {
    const later = at + HOUR;
    const spam = (is: boolean, when = at): ConversationCommand => ({ type: 'MarkSpam', at: when, by, spam: is });
    const back = stateAfter(open, from('m1'), spam(true), from('m2'), spam(false, later));
    expect(owedIn(back)).toBe(owedIn(stateAfter(open, from('m1'))));
    expect(owedIn(back)).toBeLessThan(later);
    expect(owedIn(stateAfter(open, spam(true), spam(false, later)))).toBeNull();
  });

  it('comes back as it was', () => {
    const before = stateAfter(open, status('waiting_third_party'));
    const back = stateAfter(open, status('waiting_third_party'), merge(), {
      type: 'Unmerge',
      at,
      by,
      measured: true,
    });
    expect({ ...back, version: 0 }).toEqual({ ...before, version: 0 });
    expect(after({ type: 'Unmerge', at, by, measured: true })).toBe('not-merged');
  });

  it('gives messages away, but not all of them', () => {
    const split = (...messages: string[]): ConversationCommand => ({ type: 'SplitOff', at, by, into: 'new', messages });
    expect(after(from('m1'), from('m2'), split('m1', 'm1'))).toEqual(['split_off']);
    expect(stateAfter(open, from('m1'), from('m2'), split('m1'))).toMatchObject({ messages: ['m2'] });
    expect(after(from('m1'), split('m1'))).toBe('nothing-left');
    expect(after(from('m1'), split('m9'))).toBe('unknown-message');
  });

  it('owes no answer to messages that it gave away, and owes one in what it was split from them', () => {
    const split: ConversationCommand = { type: 'SplitOff', at, by, into: 'new', messages: ['m1'] };
    const later = at + HOUR;
    expect(conversation.decide(stateAfter(open, from('m1'), from('m2', later)), split)).toMatchObject({
      events: [{ data: { owes: { since: new Date(later).toISOString() } } }],
    });
    expect(owedIn(stateAfter(open, from('m1'), reply('r1', 2), split))).toBeNull();
    expect(
      owedIn(stateAfter({ ...open, origin: 'split', owes: [noon - HOUR], team: 'returns', priority: 'high' })),
    ).toBe(noon - HOUR);
    expect(stateAfter({ ...open, origin: 'split', team: 'returns', priority: 'high' })).toMatchObject({
      ...{ team: 'returns', priority: 'high' },
    });
  });

  it('is none where it is spam: nothing wakes it, nobody works in it, until somebody says otherwise', () => {
    const spam = (is: boolean): ConversationCommand => ({ type: 'MarkSpam', at, by, spam: is });
    expect(after(status('resolved'), spam(true), from('m1'))).toEqual(['message_received']);
    expect(after(spam(true), reply('r1', 2))).toBe('spam');
    expect(after(spam(true), status('resolved'))).toBe('spam');
    expect(after(spam(true), spam(false), status('resolved'))).toEqual(['status_changed agent resolved/resolved']);
  });
});

describe('a conversation that is too long', () => {
  const full = (...commands: readonly ConversationCommand[]): Conversation => {
    const state = stateAfter(open, ...commands);
    if (state.stage === 'unknown') throw new Error('it was opened');
    const messages = Array.from({ length: MAX_MESSAGES }, (_, index) => String(index));
    return { ...state, version: MAX_EVENTS, messages };
  };
  const asked = (state: Conversation, command: ConversationCommand) => {
    const decision = conversation.decide(state, command);
    return decision.accepted ? decision.events.map(short) : decision.reason;
  };

  it('can be taken out of links and merges', () => {
    const link = (linked: boolean): ConversationCommand => ({ type: 'Link', at, by, self: 'a', to: 'b', linked });
    expect(asked(full(link(true)), link(false))).toEqual(['unlinked']);
    expect(asked(full(), link(true))).toBe('too-long');
    const absorb: ConversationCommand = { type: 'Absorb', at, by, from: 'x', ours: false };
    expect(asked(full(absorb), { type: 'Release', at, by, from: 'x' })).toEqual(['released']);
    expect(asked(full(merge()), { type: 'Unmerge', at, by, measured: true })).toEqual(['unmerged']);
  });

  it('hears of the answer that ends its wait, and of nothing else that was said elsewhere', () => {
    const told = (when: number, who = 'user:elsewhere'): ConversationCommand => ({
      ...{ type: 'TellReply', at: when, toldAt: at, by: who, elsewhere: 'message', messageId: 'r' },
      ...{ channel: 'email', direction: 'ltr' },
    });
    const waiting = full(from('m', noon), from('n', at));
    expect(asked(waiting, told(at))).toEqual(['replied', 'status_changed reply waiting_customer/waiting_customer']);
    expect([asked(waiting, told(noon)), asked(waiting, told(at, 'system:elsewhere')), asked(full(), told(at))]).toEqual(
      [...['too-long', 'too-long', 'too-long']],
    );
    // Given here, it answers all that was read.
    const { spokenAtVersion: read } = { spokenAtVersion: 0, ...waiting };
    expect([asked(waiting, reply('r', read)), asked(full(), reply('r', read))]).toEqual([
      ['replied', 'status_changed reply waiting_customer/waiting_customer'],
      'too-long',
    ]);
    expect(asked(waiting, reply('r', read, undefined, 'system:rules'))).toBe('too-long');
    const many = { ...waiting, version: 9 };
    for (const answer of [told(at), reply('r', read)]) expect(asked(many, answer)).toContain('replied');
    expect([asked(many, told(noon)), asked(many, from('more'))]).toEqual(['too-many-messages', 'too-many-messages']);
  });

  it('can be resolved, and nothing else is done in it', () => {
    const state = stateAfter(open);
    const long = state.stage === 'unknown' ? state : { ...state, version: MAX_EVENTS };
    expect(conversation.decide(long, from('m1'))).toMatchObject({ reason: 'too-long' });
    expect(conversation.decide(long, status('resolved'))).toMatchObject({ accepted: true });
    const ended = stateAfter(open, status('resolved'));
    const longer = ended.stage === 'unknown' ? ended : { ...ended, version: MAX_EVENTS };
    expect(conversation.decide(longer, status('resolved', 'another word'))).toMatchObject({ reason: 'too-long' });
  });
});
