import fc from 'fast-check';
import { type ClockKind, clockKinds, type StatusCategory } from '#contracts';
import { type Happened, play } from './conversation-clocks.conformance.js';
import { alwaysOpen } from './default-policies.js';

const MINUTE = 60_000;
const start = Date.UTC(2026, 4, 1);
const at = (minute: number): number => start + minute * MINUTE;
const targetMinutes: Readonly<Record<ClockKind, number>> = {
  first_response: 7,
  next_response: 5,
  update: 6,
  resolution: 20,
};
const isPausable = (kind: ClockKind): boolean => kind === 'update' || kind === 'resolution';

type Step = 'message' | 'reply' | 'robot' | 'merge' | 'spam' | 'back' | Exclude<StatusCategory, 'snoozed'>;
const steps: readonly Step[] = [
  ...(['message', 'reply', 'robot', 'merge', 'spam', 'back'] as const),
  ...(['open', 'waiting_customer', 'waiting_third_party', 'resolved'] as const),
];

/** A history that could be one: nobody works in what was merged or is spam. */
const histories = fc
  .array(fc.record({ gap: fc.integer({ min: 1, max: 9 }), step: fc.constantFrom(...steps) }), { maxLength: 25 })
  .map((drawn) => {
    let minute = 0;
    let stage: 'active' | 'merge' | 'spam' = 'active';
    return drawn.flatMap(({ gap, step }) => {
      minute += gap;
      const possible =
        stage === 'active' ? step !== 'back' : step === 'back' || (stage === 'spam' && step === 'message');
      if (!possible) return [];
      if (step === 'merge' || step === 'spam') stage = step;
      if (step === 'back') stage = 'active';
      return [{ minute, step, left: stage }];
    });
  });
type Taken = ReturnType<typeof histories.generate>['value'][number];

const events = (history: readonly Taken[]): readonly Happened[] => {
  let left: Taken['left'] = 'active';
  return history.map(({ minute, step, left: now }): Happened => {
    const before = left;
    left = now;
    switch (step) {
      case 'message':
        return ['conversation.message_received', at(minute)];
      case 'reply':
        return ['conversation.replied', at(minute), { by: 'user:ada' }];
      case 'robot':
        return ['conversation.replied', at(minute), { by: 'key:robot' }];
      case 'merge':
        return ['conversation.merged', at(minute)];
      case 'spam':
        return ['conversation.spam_marked', at(minute)];
      case 'back':
        return [before === 'merge' ? 'conversation.unmerged' : 'conversation.spam_cleared', at(minute)];
      case 'open':
      case 'waiting_customer':
      case 'waiting_third_party':
      case 'resolved':
        return ['conversation.status_changed', at(minute), { category: step, status: step }];
    }
  });
};

/** A clock that is carried from minute to minute. */
interface Carried {
  readonly kind: ClockKind;
  readonly from: number;
  spent: number;
  dueAt?: number;
  ended?: string;
}

/** What the definitions say, minute by minute: no due time is ever calculated. */
function oracle(history: readonly Taken[], until: number): readonly string[] {
  const clocks: Carried[] = [];
  let category: Step = 'open';
  let stage: Taken['left'] = 'active';
  let waits: ClockKind | undefined = 'first_response';
  const running = (kind: ClockKind) => clocks.find((clock) => clock.kind === kind && clock.ended === undefined);
  const begin = (kind: ClockKind, from: number) => clocks.push({ kind, from, spent: 0 });
  const end = (kind: ClockKind, how: string, minute: number) => {
    const clock = running(kind);
    if (clock) clock.ended = `${how} ${String(minute)}`;
  };
  begin('first_response', 0);
  begin('resolution', 0);
  for (let minute = 0; minute <= until; minute++) {
    for (const clock of clocks.filter(({ ended, from }) => ended === undefined && from < minute)) {
      // The minute that has just passed, by how the conversation stood during it.
      if (isPausable(clock.kind) && category.startsWith('waiting')) continue;
      if (++clock.spent === targetMinutes[clock.kind]) clock.dueAt = minute;
    }
    for (const { step, left } of history.filter((each) => each.minute === minute)) {
      if (step === 'message' && waits === undefined) {
        waits = 'next_response';
        if (stage === 'active') begin(waits, minute);
      } else if (step === 'reply') {
        if (waits) end(waits, 'stopped', minute);
        waits = undefined;
        end('update', 'stopped', minute);
        if (category !== 'resolved') begin('update', minute);
      } else if (step === 'merge' || step === 'spam') {
        for (const kind of clockKinds) end(kind, 'cancelled', minute);
      } else if (step === 'back') {
        if (waits) begin(waits, minute);
        if (category !== 'resolved') begin('resolution', minute);
      } else if (step === 'resolved') {
        end('resolution', 'stopped', minute);
        end('update', 'cancelled', minute);
      }
      if (step === 'resolved' || step === 'open' || step.startsWith('waiting')) category = step;
      stage = left;
    }
  }
  return clocks.flatMap(({ kind, from, dueAt, ended }) => {
    const [how, minute = String(until)] = ended?.split(' ') ?? [];
    const breached = dueAt !== undefined && Number(minute) > dueAt;
    return [
      `${kind} from ${String(from)}`,
      ...(breached ? [`${kind} breached ${String(dueAt)}`] : []),
      ...(ended ? [`${kind} ${ended}${how === 'stopped' ? (breached ? ' late' : ' in time') : ''}`] : []),
    ];
  });
}

const words = { activated: 'from', breached: 'breached', fulfilled: 'stopped', cancelled: 'cancelled' } as const;
const isTold = (type: string): type is keyof typeof words => type in words;

describe('the clocks of random conversations', () => {
  it('are those of an oracle that goes from minute to minute', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(histories, fc.constantFrom(1, 2), (history, deliveries) => {
        const until = (history.at(-1)?.minute ?? 0) + 30;
        const told = play({
          happened: [['conversation.opened', at(0), { origin: 'touchpoint', customerId: 'c' }], ...events(history)],
          until: at(until) + 2_001,
          deliveries,
          termsOf: (_asOf, kind) => ({
            ...{ policyId: 'p', policyVersion: 1, calendarId: alwaysOpen.id, calendarVersion: 1 },
            targetSeconds: targetMinutes[kind] * 60,
            pausedWhile: isPausable(kind) ? ['waiting_customer', 'waiting_third_party'] : [],
          }),
        }).flatMap(({ clock, fact: { type, data } }) => {
          const name = type.replace('service_clock.', '');
          if (!isTold(name)) return [];
          seen.add(name);
          const verdict =
            'verdict' in data && name === 'fulfilled' ? (data.verdict === 'on_time' ? ' in time' : ' late') : '';
          return [`${clock.split('-')[0] ?? ''} ${words[name]} ${String((data.at - start) / MINUTE)}${verdict}`];
        });
        // A deadline at the very end is not over yet.
        expect(told.toSorted()).toEqual(oracle(history, until + 1 / 60).toSorted());
      }),
      { numRuns: 400 },
    );
    expect([...seen].sort()).toEqual(['activated', 'breached', 'cancelled', 'fulfilled']);
  });
});
