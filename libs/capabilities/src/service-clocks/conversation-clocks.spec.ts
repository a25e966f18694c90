import { type ClockKind, type ClockTerms, type TurnStatus } from '#contracts';
import { type ClockFact, type Happened, type History, play } from './conversation-clocks.conformance.js';
import { alwaysOpen } from './default-policies.js';

const HOUR = 3_600_000;
const start = Date.UTC(2026, 2, 2, 8);
const at = (hours: number): number => start + hours * HOUR;
const hour = (moment: number): string => String((moment - start) / HOUR);

const targets: Readonly<Record<string, number>> = { first_response: 4, next_response: 3, update: 6, resolution: 24 };
const pausing: readonly TurnStatus[] = ['waiting_customer', 'waiting_third_party'];
const terms = (kind: string, hours = targets[kind] ?? 1, policyId = 'p'): ClockTerms => ({
  ...{ policyId, policyVersion: 1, calendarId: alwaysOpen.id, calendarVersion: 1, targetSeconds: hours * 3600 },
  pausedWhile: kind === 'resolution' || kind === 'update' ? pausing : [],
});

const written = { origin: 'touchpoint', customerId: 'c', channel: 'chat' } as const;
const opened: Happened = ['conversation.opened', at(0), written];
const byAgent: Happened = ['conversation.opened', at(0), { origin: 'agent', customerId: 'c', channel: 'chat' }];
const said = (hours: number, recorded = hours): Happened => [
  ...(['conversation.message_received', at(hours), {}] as const),
  { recordedAt: at(recorded) },
];
const replied = (hours: number, by = 'user:ada'): Happened => ['conversation.replied', at(hours), { by }];
/** Elsewhere, and told later: what was said after it is owed since then. */
const told = (hours: number, owed?: number, recorded = hours): Happened => [
  ...(['conversation.replied', at(hours)] as const),
  { by: 'user:elsewhere', owes: owed === undefined ? {} : { since: new Date(at(owed)).toISOString() } },
  { recordedAt: at(recorded) },
];
const turned = (
  hours: number,
  category: 'open' | 'waiting_customer' | 'waiting_third_party' | 'resolved',
): Happened => [...(['conversation.status_changed', at(hours), { category, status: category }] as const)];
const reopened = (hours: number): Happened => ['conversation.reopened', at(hours)];

const short = ({ clock, fact: { type, data } }: ClockFact): string => {
  const words = [clock, type.replace('service_clock.', ''), hour(data.at)];
  if ('dueAt' in data) words.push(`due ${data.dueAt === null ? '-' : hour(data.dueAt)}`);
  if ('verdict' in data) words.push(data.verdict ?? 'undecided');
  if ('reason' in data) words.push(data.reason);
  return words.join(' ');
};

/** What is told of some kinds of clocks. */
const of = (kinds: ClockKind | readonly ClockKind[], happened: readonly Happened[], more: Partial<History> = {}) =>
  play({ happened, until: at(1), termsOf: (_asOf, kind) => terms(kind), ...more })
    .filter(({ clock }) => [kinds].flat().some((kind) => clock.startsWith(kind)))
    .map(short);

describe('the first-response clock', () => {
  it('starts when a customer opens the conversation, and stops with the first reply of a person', () => {
    expect(of('first_response', [opened, said(0), replied(1, 'key:robot'), said(2), replied(3), replied(4)])).toEqual([
      'first_response-1 activated 0 due 4',
      'first_response-1 fulfilled 3 due 4 on_time',
    ]);
  });
  it('does not start when we open it', () => expect(of('first_response', [byAgent, said(1), replied(2)])).toEqual([]));
  it('never pauses', () =>
    expect(
      of('first_response', [opened, turned(1, 'waiting_customer'), turned(2, 'waiting_third_party')]),
    ).toHaveLength(1));
  it('goes on when the conversation is resolved without an answer', () =>
    expect(of('first_response', [opened, turned(1, 'resolved')], { until: at(9) })).toEqual([
      'first_response-1 activated 0 due 4',
      'first_response-1 breached 4',
    ]));
});

describe('the next-response clock', () => {
  it('starts with the oldest message that nobody answered, and a second message does not restart it', () => {
    expect(
      of('next_response', [opened, said(0), replied(1), said(2), said(3), replied(5), said(6), replied(10)]),
    ).toEqual([
      'next_response-1 activated 2 due 5',
      'next_response-1 fulfilled 5 due 5 on_time',
      'next_response-2 activated 6 due 9',
      'next_response-2 breached 9',
      'next_response-2 fulfilled 10 due 9 breached',
    ]);
  });
  it('starts with what the customer says in a conversation that we opened', () =>
    expect(of('next_response', [byAgent, said(1)])).toEqual(['next_response-1 activated 1 due 4']));
  it('does not start with what was said before the conversation was imported: how that was answered is not known', () => {
    const imported: Happened = ['conversation.opened', at(0), { ...written, origin: 'import' }, { recordedAt: at(9) }];
    expect(of(['first_response', 'next_response'], [imported, said(0, 9), said(10)])).toEqual([
      'next_response-1 activated 10 due 13',
    ]);
  });
  it('counts from when the message was written, however late it came', () =>
    expect(of('next_response', [opened, replied(2), said(1, 3)])).toEqual(['next_response-1 activated 1 due 4']));
});

describe('an answer that was given elsewhere', () => {
  const responses = ['first_response', 'next_response', 'update'] as const;
  it('stops what ran, as one that was given here', () =>
    expect(of(responses, [opened, said(0), told(1), said(2), told(3)])).toEqual(
      of(responses, [opened, said(0), replied(1), said(2), replied(3)]),
    ));
  it('told late, stops at its own instant what ran by then; what was said after it is owed from there', () => {
    expect(of('first_response', [opened, said(0), said(3), told(1, 3, 5)])).toEqual([
      'first_response-1 activated 0 due 4',
      'first_response-1 breached 4',
      'first_response-1 fulfilled 1 due 4 breached',
      'first_response-1 restated 1 due 4 on_time',
    ]);
    expect(of('next_response', [opened, said(0), said(2), told(1, 2, 3)])).toEqual([
      'next_response-1 activated 2 due 5',
    ]);
  });
  it('begins an update at its own instant, with the pauses since then', () =>
    expect(
      of('update', [opened, said(0), turned(2, 'waiting_customer'), turned(4, 'open'), told(1, undefined, 5)]),
    ).toEqual(['update-1 activated 1 due 7', 'update-1 paused 2 due -', 'update-1 resumed 4 due 9']));
  it('begins no update where one of us answered or resolved it since, or before it was opened', () => {
    const answered = [opened, said(0), replied(3), turned(4, 'resolved'), said(20), reopened(20)];
    expect(of('update', [...answered, told(2, 20, 21)])).toEqual(of('update', answered));
    const resolved = [opened, said(0), turned(2, 'resolved'), said(20), reopened(20)];
    expect(of('update', [...resolved, told(1, 20, 21)])).toEqual([]);
    expect(of('update', [...resolved, told(2.5, 20, 21)], { until: at(22) })).toEqual([
      'update-1 activated 2.5 due 8.5',
      'update-1 breached 8.5',
    ]);
    // What was merged into it had been answered before it was there.
    expect(of('update', [byAgent, ['conversation.absorbed', at(1), {}], told(-1, undefined, 2)])).toEqual([]);
  });
  it('stops nothing that began after it', () => {
    expect(of(responses, [opened, said(0), replied(2), said(3), told(1, 3, 4)])).toEqual(
      of(responses, [opened, said(0), replied(2), said(3)]),
    );
  });
});

describe('the update clock', () => {
  it('runs from each reply of a person to the next', () => {
    expect(of('update', [opened, replied(1), replied(2, 'key:robot'), replied(8), replied(9)])).toEqual([
      'update-1 activated 1 due 7',
      'update-1 breached 7',
      'update-1 fulfilled 8 due 7 breached',
      'update-2 activated 8 due 14',
      'update-2 fulfilled 9 due 14 on_time',
      'update-3 activated 9 due 15',
    ]);
  });
  it('pauses while it waits for the customer where the policy says so, also from its start', () => {
    expect(of('update', [opened, replied(1), turned(1, 'waiting_customer'), replied(3), turned(5, 'open')])).toEqual([
      'update-1 activated 1 due 7',
      'update-1 paused 1 due -',
      'update-1 fulfilled 3 due - on_time',
      'update-2 activated 3 due 9',
      'update-2 paused 3 due -',
      'update-2 resumed 5 due 11',
    ]);
    const never = of('update', [opened, replied(1), turned(1, 'waiting_customer')], {
      termsOf: (_asOf, kind) => ({ ...terms(kind), pausedWhile: [] }),
    });
    expect(never).toEqual(['update-1 activated 1 due 7']);
  });
  it('does not count once the conversation is resolved', () =>
    expect(of('update', [opened, replied(1), turned(1, 'resolved'), replied(2)])).toEqual([
      'update-1 activated 1 due 7',
      'update-1 cancelled 1 resolved',
    ]));
});

describe('the resolution clock', () => {
  it('runs from the creation, whoever opened it, to the first resolution, with the last one beside it', () => {
    for (const opening of [opened, byAgent])
      expect(of('resolution', [opening, turned(5, 'resolved'), reopened(6), turned(30, 'resolved')])).toEqual([
        'resolution-1 activated 0 due 24',
        'resolution-1 fulfilled 5 due 24 on_time',
        'resolution-1 restated 30 due 24 breached',
      ]);
  });
  it('stands still while it waits for the customer, and for others by policy', () => {
    const happened = [opened, turned(1, 'waiting_customer'), turned(3, 'open'), turned(4, 'waiting_third_party')];
    const paused = ['activated 0 due 24', 'paused 1 due -', 'resumed 3 due 26'].map((each) => `resolution-1 ${each}`);
    expect(of('resolution', happened)).toEqual([...paused, 'resolution-1 paused 4 due -']);
    const termsOf = (_asOf: unknown, kind: string): ClockTerms => ({
      ...terms(kind),
      pausedWhile: ['waiting_customer'],
    });
    expect(of('resolution', happened, { termsOf })).toEqual(paused);
  });
  it('is stopped once, whatever else the resolution is called', () => {
    const other: Happened = ['conversation.status_changed', at(7), { category: 'resolved', status: 'refunded' }];
    expect(of('resolution', [opened, turned(5, 'resolved'), other])).toHaveLength(2);
  });
  it('runs again when a snooze is over, though nobody has noticed', () => {
    const until = new Date(at(3)).toISOString();
    const termsOf = (_asOf: unknown, kind: string): ClockTerms => ({ ...terms(kind), pausedWhile: ['snoozed'] });
    const snoozed: Happened = ['conversation.snoozed', at(1), { until }];
    expect(of('resolution', [opened, snoozed], { termsOf, until: at(50) })).toEqual([
      'resolution-1 activated 0 due 24',
      'resolution-1 paused 1 due -',
      'resolution-1 resumed 3 due 26',
      'resolution-1 breached 26',
    ]);
  });
});

describe('what is owed elsewhere', () => {
  const owes = (hours?: number) => (hours === undefined ? {} : { since: new Date(at(hours)).toISOString() });
  const responses = ['first_response', 'next_response'] as const;
  const absorbed = (hours: number, since?: number): Happened => [
    'conversation.absorbed',
    at(hours),
    { owes: owes(since) },
  ];
  const released = (hours: number, since?: number): Happened => [
    'conversation.released',
    at(hours),
    { owes: owes(since) },
  ];

  it('is measured from where it began, in the conversation that it was merged into', () => {
    expect(of(responses, [opened, replied(1), absorbed(5, 3), replied(7)]).slice(2)).toEqual([
      'next_response-1 activated 3 due 6',
      'next_response-1 breached 6',
      'next_response-1 fulfilled 7 due 6 breached',
    ]);
    // Of two who wait, the one who waits longer; and nothing begins where nothing is owed.
    expect(of(responses, [byAgent, said(2), absorbed(3, 1), replied(4)])).toEqual([
      'next_response-1 activated 2 due 5',
      'next_response-1 cancelled 3 moved',
      'next_response-2 activated 1 due 4',
      'next_response-2 fulfilled 4 due 4 on_time',
    ]);
    expect(of(responses, [byAgent, said(1), absorbed(3, 2)])).toEqual(['next_response-1 activated 1 due 4']);
    expect(of(responses, [byAgent, absorbed(3)])).toEqual([]);
  });

  it('is nobody’s time again where the conversation was only opened by it', () => {
    const since = new Date(at(1)).toISOString();
    const restored: Happened = ['conversation.status_changed', at(5), { category: 'waiting_customer', since }];
    const happened = [
      opened,
      turned(1, 'waiting_customer'),
      absorbed(3),
      turned(3, 'open'),
      restored,
      turned(9, 'open'),
    ];
    expect(of('resolution', happened).slice(2)).toEqual([
      'resolution-1 resumed 3 due 26',
      'resolution-1 paused 3 due -',
      'resolution-1 resumed 9 due 32',
    ]);
  });

  it('leaves the clocks of the conversation that comes back as they would be, with their pauses', () => {
    const merged: Happened = ['conversation.merged', at(5)];
    const back: Happened = ['conversation.unmerged', at(7), { owes: {} }];
    const happened = [opened, turned(1, 'waiting_customer'), turned(3, 'open'), replied(4), merged, back];
    expect(of(['update', 'resolution'], happened).slice(-4)).toEqual([
      'update-2 activated 4 due 10',
      'resolution-2 activated 0 due 24',
      'resolution-2 paused 1 due -',
      'resolution-2 resumed 3 due 26',
    ]);
  });

  it('is given back from where it began, unless it was answered', () => {
    expect(of(responses, [byAgent, absorbed(2, 1), released(3)])).toEqual([
      'next_response-1 activated 1 due 4',
      'next_response-1 cancelled 3 moved',
    ]);
    const merged: Happened = ['conversation.merged', at(1)];
    const back = (since?: number): Happened => ['conversation.unmerged', at(3), { owes: owes(since) }];
    expect(of(responses, [opened, merged, back(0)]).slice(2)).toEqual(['first_response-2 activated 0 due 4']);
    expect(of(responses, [opened, merged, back()]).slice(2)).toEqual([]);
  });

  it('goes with the messages of a split, from where they waited', () => {
    const split = (since?: number): Happened => ['conversation.split_off', at(3), { owes: owes(since) }];
    expect(of(responses, [opened, said(0), split(), replied(4)]).slice(1)).toEqual([
      'first_response-1 cancelled 3 moved',
    ]);
    expect(of(responses, [opened, said(0), said(2), split(2)]).slice(1)).toEqual([
      'first_response-1 cancelled 3 moved',
      'first_response-2 activated 2 due 6',
    ]);
    const own: Happened = [
      'conversation.opened',
      at(3),
      { ...written, origin: 'split', team: 'returns', owes: owes(1) },
    ];
    const termsOf: History['termsOf'] = ({ subject }, kind) => (subject.team === 'returns' ? terms(kind) : undefined);
    expect(of([...responses, 'resolution'], [own, replied(4)], { termsOf })).toEqual([
      'first_response-1 activated 1 due 5',
      'resolution-1 activated 3 due 27',
      'first_response-1 fulfilled 4 due 5 on_time',
    ]);
  });
});

describe('every clock', () => {
  const kinds = ['first_response', 'next_response', 'update', 'resolution'] as const;

  it('is cancelled by a merge and by spam, and runs on from where it began when that is taken back', () => {
    const back = { owes: { since: new Date(at(0)).toISOString() } };
    for (const [leave, comeBack, reason] of [
      ['conversation.merged', 'conversation.unmerged', 'merged'],
      ['conversation.spam_marked', 'conversation.spam_cleared', 'spam'],
    ] as const)
      expect(of(kinds, [opened, [leave, at(1)], [comeBack, at(3), back], replied(4)]).slice(2)).toEqual([
        `first_response-1 cancelled 1 ${reason}`,
        `resolution-1 cancelled 1 ${reason}`,
        'first_response-2 activated 0 due 4',
        'resolution-2 activated 0 due 24',
        'first_response-2 fulfilled 4 due 4 on_time',
        'update-1 activated 4 due 10',
      ]);
  });
  it('begins with what was owed where it came back before that was told', () =>
    expect(
      of(kinds, [opened, ['conversation.spam_marked', at(1)], ['conversation.spam_cleared', at(3)]]).slice(4),
    ).toEqual(['first_response-2 activated 3 due 7', 'resolution-2 activated 3 due 27']));
  it('that was judged is not judged again after spam', () => {
    const happened = [opened, replied(1), turned(2, 'resolved'), reopened(3)];
    const spam: readonly Happened[] = [
      ['conversation.spam_marked', at(4)],
      ['conversation.spam_cleared', at(6), { owes: {} }],
    ];
    expect(of('resolution', [...happened, ...spam, turned(30, 'resolved')])).toEqual([
      'resolution-1 activated 0 due 24',
      'resolution-1 fulfilled 2 due 24 on_time',
      'resolution-1 restated 30 due 24 breached',
    ]);
  });
  it('is cancelled for good when its customer was erased', () =>
    expect(of(kinds, [opened, ['conversation.forgotten', at(1)], said(2)], { until: at(90) }).slice(2)).toEqual([
      'first_response-1 cancelled 1 deleted',
      'resolution-1 cancelled 1 deleted',
    ]));
  it('has nothing to do with what comes in as spam, until it turns out to be none', () =>
    expect(
      of('next_response', [
        opened,
        replied(1),
        ['conversation.spam_marked', at(2)],
        said(3),
        ['conversation.spam_cleared', at(4), { owes: { since: new Date(at(3)).toISOString() } }],
      ]),
    ).toEqual(['next_response-1 activated 3 due 6']));
  it('is counted from its start by the terms of another priority or team, and starts where there was no target', () => {
    const termsOf: History['termsOf'] = ({ subject }, kind) =>
      subject.priority === 'urgent' ? terms(kind, 2, 'urgent') : kind === 'resolution' ? undefined : terms(kind);
    const urgent: Happened = ['conversation.prioritised', at(1), { priority: 'urgent' }];
    const moved: Happened = ['conversation.transferred', at(1.5), { team: 'returns' }];
    expect(of(kinds, [opened, urgent, moved], { termsOf })).toEqual([
      'first_response-1 activated 0 due 4',
      'first_response-1 restated 1 due 2 undecided',
      'resolution-1 activated 0 due 2',
    ]);
  });
  it('keeps the verdict that it reached by other terms, with the one by the new terms beside it', () => {
    const termsOf: History['termsOf'] = ({ subject }, kind) => terms(kind, subject.priority === 'low' ? 9 : 4);
    const low: Happened = ['conversation.prioritised', at(6), { priority: 'low' }];
    expect(of('first_response', [opened, low, replied(8)], { termsOf })).toEqual([
      'first_response-1 activated 0 due 4',
      'first_response-1 breached 4',
      'first_response-1 restated 6 due 9 undecided',
      'first_response-1 fulfilled 8 due 9 breached',
      'first_response-1 restated 8 due 9 on_time',
    ]);
  });
  it('is counted from its start by what is saved while it runs, also where it stands still; what stopped is not touched', () => {
    // By the policies before the event, which the acts name.
    const termsOf: History['termsOf'] = ({ position }, kind) => terms(kind, BigInt(position) > 4n ? 2 : 24);
    const happened = [opened, turned(1, 'waiting_customer'), replied(1), ['service_policies.applied', at(3)]] as const;
    expect(of(['first_response', 'resolution'], happened, { termsOf })).toEqual([
      'first_response-1 activated 0 due 24',
      'resolution-1 activated 0 due 24',
      'resolution-1 paused 1 due -',
      'first_response-1 fulfilled 1 due 24 on_time',
      'resolution-1 restated 3 due - undecided',
    ]);
  });
  it('stands still, or runs, as other terms say from where they hold', () => {
    const termsOf: History['termsOf'] = ({ subject }, kind) => ({
      ...terms(kind),
      pausedWhile: subject.priority === 'urgent' ? ['waiting_customer'] : pausing,
    });
    const prioritised = (hours: number, priority: 'urgent' | 'normal'): Happened => [
      ...(['conversation.prioritised', at(hours), { priority }] as const),
    ];
    const happened = [
      opened,
      turned(1, 'waiting_third_party'),
      prioritised(3, 'urgent'),
      prioritised(4, 'urgent'),
      prioritised(6, 'normal'),
      turned(7, 'open'),
    ];
    expect(of('resolution', happened, { termsOf, deliveries: 2 })).toEqual([
      'resolution-1 activated 0 due 24',
      'resolution-1 paused 1 due -',
      'resolution-1 restated 3 due - undecided',
      'resolution-1 resumed 3 due 26',
      'resolution-1 restated 6 due 26 undecided',
      'resolution-1 paused 6 due -',
      'resolution-1 resumed 7 due 27',
    ]);
  });
  it('goes by what was saved while the conversation was resolved, from when it is opened again', () => {
    const termsOf: History['termsOf'] = ({ position }, kind) => terms(kind, BigInt(position) > 4n ? 2 : 24);
    expect(of('first_response', [opened, turned(1, 'resolved'), reopened(3)], { termsOf })).toEqual([
      'first_response-1 activated 0 due 24',
      'first_response-1 restated 3 due 2 undecided',
      'first_response-1 breached 2',
    ]);
  });
  it('is told the same twice and says it once', () => {
    const happened = [
      opened,
      replied(1),
      turned(1, 'waiting_customer'),
      said(2),
      turned(2, 'open'),
      turned(9, 'resolved'),
    ];
    const once = of(kinds, happened, { until: at(50) });
    expect(of(kinds, happened, { until: at(50), deliveries: 2 })).toEqual(once);
    expect(once.length).toBeGreaterThan(8);
  });
});

describe('a warning', () => {
  const termsOf: History['termsOf'] = (_asOf, kind) => ({
    ...terms(kind),
    warnings: [{ beforeSeconds: 3_600, to: ['user:ada'] }],
  });
  it('is told at its instant by a timer, once, and not where the answer came before it', () => {
    const late = { termsOf, until: at(30), deliveries: 2 };
    expect(of('first_response', [opened], late)).toEqual([
      'first_response-1 activated 0 due 4',
      'first_response-1 warned 3 due 4',
      'first_response-1 breached 4',
    ]);
    expect(of('first_response', [opened, replied(2.9)], late)).toEqual([
      'first_response-1 activated 0 due 4',
      'first_response-1 fulfilled 2.9 due 4 on_time',
    ]);
  });
});

describe('a deadline', () => {
  it('is breached at its instant, and an answer at that instant or recorded a moment later is in time', () => {
    const late: Happened = ['conversation.replied', at(4), { by: 'user:ada' }, { recordedAt: at(4) + 1_000 }];
    expect(of('first_response', [opened, late]).at(-1)).toBe('first_response-1 fulfilled 4 due 4 on_time');
    expect(of('first_response', [opened], { until: at(4) + 2_000 })).toHaveLength(1);
    expect(of('first_response', [opened], { until: at(4) + 2_001 }).at(-1)).toBe('first_response-1 breached 4');
  });
  it('that is over when its clock is told is told with it, however late that was', () => {
    const taken: Happened = ['conversation.opened', at(0), written, { recordedAt: at(60) }];
    expect(of('first_response', [taken], { until: at(60) + 1 })).toEqual([
      'first_response-1 activated 0 due 4',
      'first_response-1 breached 4',
    ]);
  });
  it('and its warnings wait no longer because something else was told late', () => {
    const termsOf: History['termsOf'] = (_asOf, kind) => ({
      ...terms(kind, 48),
      warnings: [{ beforeSeconds: 3_600, to: ['user:ada'] }],
    });
    // The second mail was held up on its way for 30 hours.
    const told = { termsOf, until: at(48) + 2_001 };
    expect(of('first_response', [opened, said(10, 40), turned(41, 'waiting_customer')], told)).toEqual([
      'first_response-1 activated 0 due 48',
      'first_response-1 warned 47 due 48',
      'first_response-1 breached 48',
    ]);
    // The resolution clock was told anew after it came.
    expect(
      of('resolution', [opened, turned(1, 'waiting_customer'), said(10, 40), turned(11, 'open')], {
        ...told,
        until: at(58) + 2_001,
      }).slice(2),
    ).toEqual(['resolution-1 resumed 11 due 58', 'resolution-1 warned 57 due 58', 'resolution-1 breached 58']);
  });
  it('was over before a pause that is told later and had begun before it', () => {
    const late: Happened = [
      ...(['conversation.status_changed', at(23), { category: 'waiting_customer' }] as const),
      { recordedAt: at(25) },
    ];
    expect(of('resolution', [opened, late])).toEqual([
      'resolution-1 activated 0 due 24',
      'resolution-1 breached 24',
      'resolution-1 paused 24 due 24',
    ]);
  });
});
