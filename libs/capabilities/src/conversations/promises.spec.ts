import { MAX_PROMISES } from '#contracts';
import { type Conversation } from './conversation.js';
import { type ConversationCommand, type PromiseCommand } from './conversation-commands.js';
import { conversation } from './conversation.decider.js';

const noon = Date.UTC(2026, 2, 21, 12);
const HOUR = 3_600_000;
const by = 'user:ada';
const t = (hours: number): number => noon + hours * HOUR;

const open: ConversationCommand = {
  ...{ type: 'OpenConversation', at: noon, origin: 'agent', by, customerId: 'c-1', incarnation: 1 },
  ...{ channel: 'email', subject: 'Parcel' },
};
const make = (hours: number, due: number, promiseId = 'p'): PromiseCommand => ({
  ...{ type: 'MakePromise', at: t(hours), by, promiseId, owner: by, dueAt: t(due), what: 'A new lampshade' },
});
const keep = (hours: number): PromiseCommand => ({ type: 'KeepPromise', at: t(hours), by, promiseId: 'p' });
const waive = (hours: number): PromiseCommand => ({ type: 'WaivePromise', at: t(hours), by, promiseId: 'p' });
const move = (hours: number, due: number): PromiseCommand => ({
  ...{ type: 'ReschedulePromise', at: t(hours), by, promiseId: 'p', dueAt: t(due) },
});
const passes = (hours: number): ConversationCommand => ({ type: 'BreakPromises', at: t(hours) });
const resolve = (hours: number): ConversationCommand => ({
  ...{ type: 'ChangeStatus', at: t(hours), by, category: 'resolved' },
});

/** The events of all commands, each with its hour; or why the first of them was refused. */
function told(...commands: readonly ConversationCommand[]): readonly string[] | string {
  const all: string[] = [];
  let state: Conversation = [open].reduce(done, conversation.initial);
  for (const command of commands) {
    const decision = conversation.decide(state, command);
    if (!decision.accepted) return decision.reason;
    state = decision.events.reduce(conversation.evolve, state);
    for (const { type, at, data } of decision.events)
      all.push(
        `${'verdict' in data ? data.verdict : type.slice('conversation.'.length)} ${String((at - noon) / HOUR)}`,
      );
  }
  return all;
}

function done(state: Conversation, command: ConversationCommand): Conversation {
  const decision = conversation.decide(state, command);
  if (!decision.accepted) throw new Error(decision.reason);
  return decision.events.reduce(conversation.evolve, state);
}

describe('a promise', () => {
  it.each([
    ['is kept until its due time, and at it', [make(1, 4), keep(4)], ['promised 1', 'kept 4']],
    ['is broken at its due time, whoever notices', [make(1, 4), passes(4)], ['promised 1', 'promise_broken 4']],
    [
      'that is kept later was broken, and is kept late',
      [make(1, 4), keep(4.001)],
      ['promised 1', 'promise_broken 4', 'kept_late 4.001'],
    ],
    [
      'is not broken by what happens at its due time',
      [make(1, 4), { ...resolve(4), category: 'waiting_customer' }],
      null,
    ],
    [
      'is measured by the last time that was agreed before it was due',
      [make(1, 4), move(3, 8), passes(4), keep(8)],
      ['promised 1', 'promise_rescheduled 3', 'kept 8'],
    ],
    [
      'is broken by the new time, too',
      [make(1, 4), move(3, 8), passes(8)],
      [...['promised 1', 'promise_rescheduled 3', 'promise_broken 8']],
    ],
    ['may be waived, which no time changes', [make(1, 4), waive(2), passes(4)], ['promised 1', 'promise_waived 2']],
    [
      'that was broken stays so when it is waived',
      [make(1, 4), waive(5)],
      ['promised 1', 'promise_broken 4', 'promise_waived 5'],
    ],
    ['is kept once', [make(1, 4), keep(2), keep(3), passes(4)], ['promised 1', 'kept 2']],
  ] as const)('%s', (_what, commands, expected) => {
    const events = told(...(commands as readonly ConversationCommand[]));
    if (expected) expect(events).toEqual(expected);
    else expect(events).not.toContain('promise_broken 4');
  });

  it('is told in the order in which time passed, before what noticed it', () => {
    const snooze: ConversationCommand = { type: 'Snooze', at: t(2), by, until: t(5), wake: 'stay' };
    const both = [make(1, 6), make(1, 4, 'q'), snooze, keep(7)];
    expect(told(...both)).toEqual([
      ...['promised 1', 'promised 1', 'snoozed 2', 'promise_broken 4', 'woken 5', 'promise_broken 6', 'kept_late 7'],
    ]);
  });

  it.each([
    ['for a time that is over', [make(4, 4)], 'in-the-past'],
    ['that nobody made', [keep(1)], 'unknown-promise'],
    ['that was kept cannot be waived', [make(1, 4), keep(2), waive(3)], 'promise-settled'],
    ['that was waived cannot be kept', [make(1, 4), waive(2), keep(3)], 'promise-settled'],
    ['another time when it is due is none', [make(1, 4), move(4, 8)], 'promise-over'],
    ['another time when it is broken is none', [make(1, 4), move(5, 8)], 'promise-over'],
    ['to a time that is over', [make(1, 4), move(2, 2)], 'in-the-past'],
    ['of what is resolved', [resolve(1), make(2, 4)], 'resolved'],
    [
      'more than there may be',
      Array.from({ length: MAX_PROMISES + 1 }, (_, n) => make(1, 4, `p${String(n)}`)),
      'too-many-promises',
    ],
  ] as const)('is refused: %s', (_what, commands, reason) => {
    expect(told(...(commands as readonly ConversationCommand[]))).toBe(reason);
  });

  it.each([
    ['resolved', resolve(2)],
    [
      'resolved by a reply',
      {
        ...{ type: 'Reply', at: t(2), by, messageId: 'm', direction: 'ltr', text: 'Done', since: 2 },
        then: 'resolved',
      },
    ],
    ['marked as spam', { type: 'MarkSpam', at: t(2), by, spam: true }],
    ['merged', { ...{ type: 'Merge', at: t(2), by, self: 'a', into: 'b', customerId: 'c-1', incarnation: 1 } }],
  ] as const)('keeps its conversation in the queue until it is kept or waived: it is not %s', (_how, leaves) => {
    const command = leaves as ConversationCommand;
    expect(told(make(1, 4), command)).toBe('promise-owed');
    expect(told(make(1, 1.5), command)).toBe('promise-owed');
    expect(told(make(1, 4), keep(1.5), { ...command, ...('since' in command && { since: 3 }) })).toBeInstanceOf(Array);
  });
});
