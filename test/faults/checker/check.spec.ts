import { type LedgerEntry } from '../ledger/ledger.js';
import { check } from './check.js';
import { type Observed, type StoredEvent } from './observed.js';

type Invariants = readonly string[];

const event = (position: number, stream: string, version: number, type = 'touchpoint.visit'): StoredEvent => ({
  ...{ position, stream, version, type, id: `e-${String(position)}`, key: stream, recordedAt: 1_000 + position },
  sent: type.startsWith('touchpoint.'),
});

const answered = (request: number, id: string, position: number): LedgerEntry[] => [
  { kind: 'sent', request, touchpoints: [{ id, intent: 'valid', spoken: id === 't-2', content: `of ${id}` }] },
  {
    ...{ kind: 'answered', request, status: 201 },
    results: [{ id, status: 'accepted', eventId: `e-${String(position)}`, position: String(position) }],
  },
];

/** Three touchpoints of two customers, the second a message that was taken up. */
const store = [
  event(1, 'one', 1),
  event(2, 'two', 1, 'touchpoint.message'),
  event(3, 'one', 2),
  event(4, 'conversation', 1, 'conversation.message_received'),
];
const record = (position: number, partition: number, sequence: number) => ({
  ...{ partition, sequence, position, eventId: `e-${String(position)}`, key: store[position - 1]!.key },
});
const sound: Observed = {
  ledger: [...answered(1, 't-1', 1), ...answered(2, 't-2', 2), ...answered(3, 't-3', 3)],
  store,
  // A record that came twice is no fault.
  topic: [record(1, 0, 1), record(3, 0, 2), record(3, 0, 2), record(2, 1, 1), record(4, 2, 1)],
  timeline: store.slice(0, 3).map(({ id, position, key }) => ({ eventId: id, position, key })),
  shown: ['t-1', 't-2', 't-3'].map((id) => ({ id, content: `of ${id}` })),
  takenUp: [{ messageId: 'e-2', conversationId: 'conversation' }],
  consumers: [{ name: 'timeline', position: 4, status: 'running', error: null, parked: 0 }],
  commandsLeft: 0,
  models: [{ name: 'timeline', differences: 0, hash: 'a', rebuiltHash: 'a' }],
  healedAfterMs: 3_000,
  held: [{ process: 'gateway-1', handles: [40, 45], residentMb: [120, 180], connections: 8 }],
  unready: [],
  badEnds: [],
};

const found = (observed: Observed): Invariants => [
  ...new Set(check(observed).map(({ invariant }) => invariant.split(' ')[0]!)),
];
const withStore = (...changed: readonly StoredEvent[]): Observed => ({ ...sound, store: changed });
const [first, second, third, fourth] = store as unknown as readonly [
  StoredEvent,
  StoredEvent,
  StoredEvent,
  StoredEvent,
];
const refusal = (id: string): LedgerEntry => ({
  ...{ kind: 'answered', request: 9, status: 422, results: [{ id, status: 'refused' }] },
});

describe('the checker', () => {
  it('has nothing to say of a sound run', () => {
    expect(check(sound)).toEqual([]);
  });

  /** What a bug would leave behind, and the promise that it breaks. */
  it.each<readonly [bug: string, expected: string, observed: Observed]>([
    ['acknowledged before it was stored', 'I1', { ...sound, ledger: [...sound.ledger, ...answered(4, 't-4', 9)] }],
    ['lost from the end of the log', 'I1', withStore(first, second)],
    ['checkpoint before apply', 'I2', { ...sound, timeline: sound.timeline.slice(0, 2) }],
    ['applied by a zombie as well', 'I2', { ...sound, timeline: [...sound.timeline, sound.timeline[0]!] }],
    ['applied at another place', 'I2', { ...sound, timeline: sound.timeline.map((row) => ({ ...row, position: 1 })) }],
    ['a hole in the positions', 'I3', withStore(first, second, third, { ...fourth, position: 5 })],
    ['a version twice', 'I3', withStore(first, second, { ...third, version: 1 }, fourth)],
    ['time running backwards', 'I3', withStore(first, { ...second, recordedAt: 1 }, third, fourth)],
    ['no unique index on events', 'I3', withStore(first, second, { ...third, id: 'e-1' }, fourth)],
    [
      'the topic in another order',
      'I3',
      { ...sound, topic: [record(3, 0, 1), record(1, 0, 2), ...sound.topic!.slice(3)] },
    ],
    ['cache before commit', 'I4', { ...sound, models: [{ name: 'customers', differences: 1, hash: 'a' }] }],
    [
      'a fold with a clock in it',
      'I4',
      { ...sound, models: [{ name: 'customers', differences: 0, hash: 'a', rebuiltHash: 'b' }] },
    ],
    [
      'a record that was never written',
      'I5',
      { ...sound, topic: sound.topic!.filter(({ position }) => position !== 3) },
    ],
    [
      'skip on gap',
      'I5',
      { ...sound, topic: [{ ...record(1, 0, 1) }, { ...record(3, 0, 3) }, ...sound.topic!.slice(3)] },
    ],
    ['numbers that are counted anew', 'I5', { ...sound, topic: [...sound.topic!, record(1, 0, 3)] }],
    ['a record of nothing', 'I5', { ...sound, topic: [...sound.topic!, { ...record(1, 3, 1), eventId: 'e-77' }] }],
    [
      'an id that is not deterministic',
      'I6',
      withStore(first, second, third, fourth, { ...event(5, 'one', 3), key: 'one' }),
    ],
    ['refused although it was good', 'I6', { ...sound, ledger: [...sound.ledger, ...refusedGood()] }],
    ['never answered', 'I6', { ...sound, ledger: [...sound.ledger, sentOnly('t-8', 'valid')] }],
    [
      'stored although it was invalid',
      'I6',
      {
        ...sound,
        ledger: [
          ...sound.ledger,
          sentOnly('t-3', 'invalid', 10),
          { ...answered(10, 't-3', 3)[1]!, request: 10 } as LedgerEntry,
        ],
      },
    ],
    ['accepted twice', 'I6', { ...sound, ledger: [...sound.ledger, ...answered(11, 't-1', 1)] }],
    ['taken up twice', 'I8', { ...sound, takenUp: [...sound.takenUp, ...sound.takenUp] }],
    ['a message that nobody took up', 'I8', { ...sound, takenUp: [] }],
    ['a command that was forgotten', 'I8', { ...sound, commandsLeft: 1 }],
    ['a lane that never comes back', 'I9', { ...sound, healedAfterMs: 75_000 }],
    ['a process that does not start again', 'I9', { ...sound, unready: ['projector-1'] }],
    ['an audit entry that was removed', 'I10', { ...sound, auditBroken: 'gap at 3' }],
    ['connections that are never closed', 'I11', { ...sound, held: [{ ...sound.held[0]!, connections: 80 }] }],
    ['handles that are never closed', 'I11', { ...sound, held: [{ ...sound.held[0]!, handles: [40, 400] }] }],
    ['memory that is never given back', 'I11', { ...sound, held: [{ ...sound.held[0]!, residentMb: [120, 900] }] }],
    ['set aside and never told', 'I12', { ...sound, consumers: [{ ...sound.consumers[0]!, parked: 1 }] }],
    ['a consumer that stands still', 'I12', { ...sound, consumers: [{ ...sound.consumers[0]!, position: 3 }] }],
    [
      'an acknowledged touchpoint that cannot be read',
      'answers',
      { ...sound, ledger: [...sound.ledger, { kind: 'looked-up', eventId: 'e-1', found: false }] },
    ],
    [
      'the text of somebody else',
      'contents',
      { ...sound, shown: sound.shown.map((one) => ({ ...one, content: 'of t-1' })) },
    ],
    ['a touchpoint that is not shown', 'contents', { ...sound, shown: sound.shown.slice(1) }],
    ['a touchpoint that is shown twice', 'contents', { ...sound, shown: [...sound.shown, ...sound.shown.slice(0, 1)] }],
    ['a process that had to be killed', 'stops', { ...sound, badEnds: ['relay-1 ended with SIGKILL'] }],
    ['a server error', 'answers', { ...sound, ledger: [...sound.ledger, { kind: 'improper', what: '500' }] }],
  ])('sees %s (%s)', (_bug, expected, observed) => {
    expect(found(observed)).toContain(expected);
  });
});

function sentOnly(id: string, intent: 'valid' | 'invalid', request = 8): LedgerEntry {
  return { kind: 'sent', request, touchpoints: [{ id, intent, spoken: false, content: `of ${id}` }] };
}

function refusedGood(): readonly LedgerEntry[] {
  return [
    { kind: 'sent', request: 9, touchpoints: [{ id: 't-1', intent: 'valid', spoken: false, content: 'of t-1' }] },
    refusal('t-1'),
  ];
}
