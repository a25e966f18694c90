import { clockStream, conversationStream } from '#contracts';
import { type RecordedEvent } from '#kernel';
import { noon } from './fixtures/any-routing.js';
import { routingTurns } from './routing-turns.reaction.js';

const id = '018f0000-0000-8000-8000-000000000001';
const by = 'user:ada';
const clock = clockStream({ conversationId: id, kind: 'first_response', ordinal: 1 });

/** What is told after each event of a conversation, short; timers in brackets. */
function told(...events: readonly (readonly [type: string, data: object, stream?: string])[]): readonly string[] {
  let state = routingTurns.initial;
  return events.flatMap(([type, data, stream = conversationStream(id)], index) => {
    const at = noon + index;
    const meta = { source: '/test', correlationId: 'c', causationId: 'c' };
    const event: RecordedEvent = {
      ...{ id: String(index), type, stream, data, meta, key: 'c-1', schemaVersion: 1, version: index + 1 },
      ...{ occurredAt: at, recordedAt: at, position: BigInt(index) },
    };
    expect(routingTurns.key(event as never)).toBe(conversationStream(id));
    const handler = new Map(Object.entries(routingTurns.when)).get(type);
    const reacted =
      type === 'due' ? routingTurns.due(state, { name: 'snooze', at }, '') : handler?.(state, event as never, '');
    if (!reacted) throw new Error(`nothing handles ${type}`);
    ({ state } = reacted);
    const timers = [...(reacted.set ?? []).map(({ dueAt }) => `[snooze +${String(dueAt - noon)}]`)];
    return [
      ...(reacted.commands ?? []).map(({ item, returning }) =>
        item === null
          ? 'left'
          : [
              `${item.team ?? '-'} ${item.priority} ${item.agent ?? 'nobody'} since +${String(Date.parse(item.since) - noon)}`,
              ...(item.dueAt === undefined ? [] : [`due +${String(Date.parse(item.dueAt) - noon)}`]),
              ...(item.agent === undefined && returning === undefined ? ['nobody before'] : []),
            ].join(', '),
      ),
      ...timers,
    ];
  });
}

const opened = ['conversation.opened', { channel: null, customerId: 'c-1' }] as const;
const status = (category: string) => ['conversation.status_changed', { category, status: category }] as const;
const assigned = (agent?: string) => ['conversation.assigned', { by, ...(agent !== undefined && { agent }) }] as const;

describe('what is told of a conversation', () => {
  it('is what changed of it, while it is our turn', () => {
    const noted = ['conversation.noted', { by }] as const;
    const urgent = ['conversation.prioritised', { by, priority: 'urgent' }] as const;
    const moved = ['conversation.transferred', { by, team: 'front' }] as const;
    expect(
      told(opened, noted, moved, urgent, status('waiting_customer'), urgent, status('open'), status('resolved')),
    ).toEqual([
      '- normal nobody since +0',
      'front normal nobody since +0',
      'front urgent nobody since +0',
      'left',
      'front urgent nobody since +6',
      'left',
    ]);
  });

  it('waits since what it took over from a merge, or along from a split', () => {
    const owes = { since: new Date(noon - 50).toISOString() };
    const absorbed = ['conversation.absorbed', { by, from: 'x', owes }] as const;
    const released = ['conversation.released', { by, from: 'x', owes: {} }] as const;
    expect(told(opened, status('waiting_customer'), absorbed, status('open'), released, status('resolved'))).toEqual([
      '- normal nobody since +0',
      'left',
      '- normal nobody since +-50',
      '- normal nobody since +4',
      'left',
    ]);
    expect(told(opened, absorbed)).toEqual(['- normal nobody since +0', '- normal nobody since +-50']);
    const split = { channel: 'chat', customerId: 'c-1', team: 'front', priority: 'high', direction: 'rtl', owes };
    expect(told(['conversation.opened', split])).toEqual(['front high nobody since +-50']);
    // What was owed neither before nor after keeps its place.
    const apart = ['conversation.split_off', { by, into: 'y', messages: ['m'], owes: {} }] as const;
    expect(told(opened, apart)).toEqual(['- normal nobody since +0']);
  });

  it('says that its customer has come, until it is taken from somebody and the customer has not come again', () => {
    const wrote = ['conversation.message_received', {}] as const;
    const urgent = ['conversation.prioritised', { by, priority: 'urgent' }] as const;
    const moved = ['conversation.transferred', { by, team: 'back' }] as const;
    expect(
      told(
        ...[opened, urgent, moved, assigned(by), assigned(), wrote],
        ...[status('waiting_customer'), status('open'), status('waiting_customer'), wrote, status('open')],
      ),
    ).toEqual([
      '- normal nobody since +0',
      '- urgent nobody since +0',
      'back urgent nobody since +0',
      `back urgent ${by} since +0`,
      'back urgent nobody since +0, nobody before',
      'back urgent nobody since +5, nobody before',
      'left',
      'back urgent nobody since +5, nobody before',
      'left',
      'back urgent nobody since +5',
    ]);
  });

  it('has the next due time, which matters as long as nobody has it', () => {
    const runs = (dueAt: number) => ['service_clock.activated', { dueAt: noon + dueAt }, clock] as const;
    const other = clockStream({ conversationId: id, kind: 'resolution', ordinal: 1 });
    const later = ['service_clock.activated', { dueAt: noon + 900 }, other] as const;
    const breached = ['service_clock.breached', {}, clock] as const;
    const stopped = ['service_clock.fulfilled', {}, clock] as const;
    expect(told(opened, runs(500), later, breached, stopped, assigned(by))).toEqual([
      '- normal nobody since +0',
      '- normal nobody since +0, due +500',
      '- normal nobody since +0, due +900',
      `- normal ${by} since +0`,
    ]);
  });

  it('is that it is our turn again when a snooze is over, whoever notices', () => {
    const snoozed = ['conversation.snoozed', { by, until: new Date(noon + 2).toISOString(), wake: 'stay' }] as const;
    const woken = ['conversation.woken', { cause: 'time' }] as const;
    expect(told(opened, snoozed, ['due', {}], woken)).toEqual([
      '- normal nobody since +0',
      'left',
      '[snooze +2]',
      '- normal nobody since +2',
    ]);
  });

  it.each([
    ['conversation.merged', { by, into: 'other' }, 'conversation.unmerged'],
    ['conversation.spam_marked', { by }, 'conversation.spam_cleared'],
  ] as const)('is that it left when it was %s', (type, data, undone) => {
    expect(told(opened, [type, data], [undone, data])).toEqual([
      '- normal nobody since +0',
      'left',
      // Without a word of what is owed, it waits as it did.
      '- normal nobody since +0',
    ]);
  });
});
