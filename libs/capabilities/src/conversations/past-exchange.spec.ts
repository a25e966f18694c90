import { type TouchpointEvent } from '#contracts';
import { conversation } from './conversation.decider.js';
import { codeOf, PAST_EXCHANGE } from './past-exchange.js';
import { routeTouchpoint } from './route-touchpoint.js';
import { takeUps } from './take-ups.reaction.js';

const noon = Date.UTC(2016, 1, 29, 12);
const recordedAt = noon + 3_600_000;
const uuid = (...parts: readonly string[]): string => parts.join('/');

function told(details: Readonly<Record<string, unknown>>, kind = PAST_EXCHANGE): TouchpointEvent {
  return {
    ...{ id: 'event', type: 'touchpoint.custom', schemaVersion: 1, key: 'sara', occurredAt: noon, recordedAt },
    ...{ stream: 'persona-sara', version: 1, position: 7n },
    data: { kind, channel: 'phone', source: 'servicenow', personas: [{ id: 'sara', kind: 'email' }], details },
    meta: { source: '/sources/servicenow', correlationId: 'c', causationId: 'c' },
  } as TouchpointEvent;
}
const at = (minute: number): string => new Date(noon + minute * 60_000).toISOString();
const full = {
  exchangeId: 'INC45',
  openedBy: 'call',
  steps: [
    { at: at(9), category: 'resolved', status: 'Closed' },
    { at: at(1), category: 'open', status: 'New', team: 'Group 56', priority: 'high' },
    { at: at(5), category: 'resolved', status: 'Resolved' },
    { at: at(5), category: 'waiting_customer', status: 'Awaiting User Info' },
    { at: at(6), category: 'resolved', status: 'Resolved' },
  ],
};

const eventsOf = (details: Readonly<Record<string, unknown>>) => {
  let state = conversation.initial;
  return (routeTouchpoint(told(details), [], { uuid, incarnation: 1 })?.commands ?? []).flatMap((command) => {
    const decision = conversation.decide(state, command);
    if (!decision.accepted) throw new Error(decision.reason);
    state = decision.events.reduce(conversation.evolve, state);
    return decision.events.map(({ type, at: when }) => `${String((when - noon) / 60_000)} ${type.slice(13)}`);
  });
};

describe('a past exchange', () => {
  it('is a conversation with its steps in the order of time, those of an instant in the order of the list', () => {
    expect(eventsOf(full)).toEqual([
      ...['0 opened', '0 message_received', '1 transferred', '1 prioritised', '1 status_changed'],
      ...['5 status_changed', '5 reopened', '5 status_changed', '6 status_changed', '9 status_changed'],
    ]);
  });

  it('begins with its first step, where that was before it is said to have been opened', () =>
    expect(eventsOf({ ...full, steps: [{ at: at(-3), category: 'open' }] })[0]).toBe('-3 opened'));

  it('is named by what it was called, and told again it is there already', () => {
    const [open] = routeTouchpoint(told(full), [], { uuid, incarnation: 1 })?.commands ?? [];
    expect(routeTouchpoint(told(full), [], { uuid, incarnation: 1 })?.conversationId).toBe(
      'past-exchange/sara/1/servicenow/INC45',
    );
    if (open === undefined) throw new Error('nothing opens it');
    const decision = conversation.decide(conversation.initial, open);
    const after = decision.accepted ? decision.events.reduce(conversation.evolve, conversation.initial) : undefined;
    expect(after && conversation.decide(after, open)).toEqual({ accepted: false, reason: 'already-opened' });
  });

  it('is nothing where it is not told in full', () => {
    for (const details of [
      { ...full, exchangeId: 5 },
      { ...full, steps: [] },
      { ...full, steps: [...full.steps, { at: 'yesterday', category: 'open' }] },
      { ...full, steps: [{ at: at(1), category: 'late' }] },
      // Times that no event can have, or that had not come when it was told.
      ...['2016-02-29 12:01', 'Mon Feb 29 2016', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', at(61)].map(
        (time) => ({
          ...full,
          steps: [...full.steps, { at: time, category: 'open' }],
        }),
      ),
    ])
      expect(routeTouchpoint(told(details), [], { uuid, incarnation: 1 })).toBeUndefined();
  });

  it('has words that can stand in a list', () => {
    expect(codeOf('Awaiting User Info')).toBe('awaiting-user-info');
    expect(codeOf(' ?!')).toBeUndefined();
    expect(codeOf('گروه ۵')).toBe('گروه-۵');
    expect(codeOf(`${'a'.repeat(63)} b`)).toBe('a'.repeat(63));
  });
});

describe('taking up', () => {
  const react = (event: TouchpointEvent) => {
    if (event.type !== 'touchpoint.custom') throw new Error('another kind');
    return takeUps.when['touchpoint.custom']({}, event, 'sara').commands;
  };

  it('follows from what is said to us, and from nothing else', () => {
    expect(react(told(full))).toEqual([{ type: 'TakeUp', position: '7' }]);
    expect(react(told(full, 'custom:open_day'))).toBeUndefined();
  });

  it('keeps past exchanges apart from what a customer says next', () => {
    const event = told(full);
    expect(event.type === 'touchpoint.custom' && takeUps.key(event)).toBe('sara/past');
  });
});
