import { type TeamSettingsDto } from '#contracts';
import { nextRouting, planRouting } from './plan-routing.js';
import { agentWith, item, noon } from './fixtures/any-routing.js';
import { itemsOf } from './routing-items.js';
import { type RoutingAgent, type RoutingItem, type RoutingState } from './routing-state.js';

const MINUTE = 60_000;
const front = (told: Partial<TeamSettingsDto> = {}): TeamSettingsDto => ({
  ...{ strategy: 'balanced', members: ['a', 'b'] },
  ...told,
});

const state = (
  items: readonly RoutingItem[],
  agents: Readonly<Record<string, RoutingAgent>>,
  team = front(),
  others: Readonly<Record<string, TeamSettingsDto>> = {},
): RoutingState => ({ teams: { front: team, ...others }, agents, items: itemsOf(items), turns: 9 });

const given = (of: RoutingState, now = noon) =>
  planRouting(of, now, 100).map((each) => `${each.item.id}:${each.agent}`);

describe('the order of conversations', () => {
  it('is breached, priority, remaining time, waiting since, id', () => {
    const waiting = [
      item('f', { since: noon - 1 }),
      item('e', { since: noon - 2 }),
      item('d', { dueAt: noon + MINUTE }),
      item('c', { priority: 'high' }),
      item('b', { priority: 'low', dueAt: noon - 1 }),
      item('a', { since: noon - 1 }),
    ];
    expect(given(state(waiting, { a: agentWith(10) }))).toEqual(['b:a', 'c:a', 'd:a', 'e:a', 'a:a', 'f:a']);
  });

  it('lets nobody wait for ever whose turn is not told apart by anything but their id', () => {
    // One leaves at a time, and somebody else comes each time: the last of those who were there first is the last to be served.
    const first = ['z', 'y', 'x'].map((id) => item(id));
    let waiting: readonly RoutingItem[] = first;
    const served: string[] = [];
    for (let minute = 0; minute < 3; minute++) {
      const now = noon + minute * MINUTE;
      const [decision] = planRouting(state(waiting, { a: agentWith(1) }), now, 100);
      served.push(decision?.item.id ?? 'nobody');
      waiting = [
        ...waiting.filter(({ id }) => id !== decision?.item.id),
        item(`a${String(minute)}`, { since: now + 1 }),
      ];
    }
    expect(served).toEqual(['x', 'y', 'z']);
  });
});

describe('the agent', () => {
  it('has most room, in shares, then has been idle longest, then comes first by id', () => {
    const busy = item('busy', { agent: 'b' });
    expect(given(state([busy, item('1')], { a: agentWith(2), b: agentWith(9) }))).toEqual(['1:a']);
    const idle = agentWith(2, { idleSince: noon - 1 });
    expect(given(state([item('1')], { a: agentWith(2, { idleSince: noon }), b: idle }))).toEqual(['1:b']);
    expect(given(state([item('1')], { b: idle, a: idle }))).toEqual(['1:a']);
  });

  it('has most room whoever else may have nothing: no share of nothing is as good as any other', () => {
    const team = front({ members: ['a', 'b', 'c'] });
    const agents = { a: agentWith(2), b: agentWith(0), c: agentWith(1) };
    const waiting = [item('busy', { agent: 'a' }), item('1', { letPass: ['a', 'c'] })];
    expect(given(state(waiting, agents, team))).toEqual(['1:c']);
  });

  it('is the next in turn in a round robin, however much room others have', () => {
    const robin = front({ strategy: 'round_robin' });
    const agents = { a: agentWith(9, { turn: 7 }), b: agentWith(3) };
    expect(
      given(
        state(
          ['1', '2', '3', '4'].map((id) => item(id)),
          agents,
          robin,
        ),
      ),
    ).toEqual(['1:b', '2:a', '3:b', '4:a']);
  });

  it('is online, knows the matter and the language, and has room on the channel', () => {
    const needs = [
      { tags: ['money'], skills: ['refunds'] },
      { direction: 'rtl' as const, language: 'fa' },
    ];
    const waiting = [item('1', { tags: ['money'], direction: 'rtl' })];
    const can = (skills: string[], languages: string[]): RoutingAgent =>
      agentWith(1, { settings: { capacity: [{ channel: 'chat', limit: 1 }], skills, languages } });
    const standingOf = (a: RoutingAgent): string | undefined => {
      const all = state(waiting, { a, b: can(['refunds'], ['fa']) }, front({ needs }));
      return planRouting(all, noon, 1)[0]?.why.considered.find(({ agent }) => agent === 'a')?.standing;
    };
    expect(standingOf(can(['refunds', 'vip'], ['fa', 'en']))).toBe('chosen');
    expect(standingOf(can(['vip'], ['fa']))).toBe('lacks_skills');
    const spelt = [item('1', { tags: ['MONEY'] })];
    expect(given(state(spelt, { a: can(['vip'], []), b: can(['refunds'], []) }, front({ needs })))).toEqual(['1:b']);
    expect(standingOf(can(['refunds'], ['en']))).toBe('lacks_language');
    expect(standingOf({ ...can(['refunds'], ['fa']), availability: 'away' })).toBe('not_online');
    expect(standingOf({ ...can(['refunds'], ['fa']), goneUntil: noon + 1 })).toBe('unknown');
    const mail = can(['refunds'], ['fa']);
    expect(given(state([item('1', { channel: 'email' })], { a: mail }))).toEqual([]);
  });

  it('gets no more than their room takes by weight, and what is on its way to them counts', () => {
    const weights = [{ priorities: ['urgent' as const], weight: 3 }];
    const on = [
      item('9', { pending: { act: 'assign', agent: 'a', until: noon } }),
      item('8', { offer: { agent: 'a', until: noon } }),
    ];
    const waiting = [item('1', { priority: 'urgent' }), item('2'), item('3')];
    expect(given(state([...on, ...waiting], { a: agentWith(4) }, front({ weights })))).toEqual(['2:a', '3:a']);
    expect(given(state([item('7', { agent: 'a' }), ...waiting], { a: agentWith(4) }, front({ weights })))).toEqual([
      '1:a',
    ]);
  });

  it('may have more than that by hand, and then gets nothing', () => {
    const own = ['7', '8', '9'].map((id) => item(id, { agent: 'a' }));
    expect(given(state([...own, item('1')], { a: agentWith(2) }))).toEqual([]);
  });

  it('gets only so many within a time', () => {
    const rate = { conversations: 2, seconds: 60 };
    const a = agentWith(9, { settings: { capacity: [{ limit: 9 }], rate }, given: [noon - MINUTE / 2] });
    const all = state([item('1'), item('2')], { a });
    expect(given(all)).toEqual(['1:a']);
    expect(nextRouting(all, noon)).toBe(noon + MINUTE / 2);
  });
});

describe('a returning customer', () => {
  const sticky = front({ stickySeconds: 60 });
  const back = item('1', { previousAgent: 'b' });

  it('gets whoever had them before, whoever else has more room', () => {
    const agents = { a: agentWith(9), b: agentWith(3) };
    expect(given(state([item('0', { agent: 'b' }), back], agents, sticky))).toEqual(['1:b']);
  });

  it('waits for them where they are busy, as long as the team says', () => {
    const all = state([item('0', { agent: 'b' }), back], { a: agentWith(9), b: agentWith(1) }, sticky);
    expect(given(all)).toEqual([]);
    expect(nextRouting(all, noon)).toBe(noon + MINUTE);
    expect(given(all, noon + MINUTE)).toEqual(['1:a']);
  });

  it('does not wait for somebody who is not there', () => {
    const gone = agentWith(1, { availability: 'offline' });
    expect(given(state([back], { a: agentWith(9), b: gone }, sticky))).toEqual(['1:a']);
  });
});

describe('overflow', () => {
  it('asks others after a wait, behind one’s own', () => {
    const overflow = [{ team: 'back', afterSeconds: 60 }];
    const others = { back: front({ members: ['c'] }) };
    const all = state([item('1'), item('2')], { a: agentWith(1), c: agentWith(9) }, front({ overflow }), others);
    expect(given(all)).toEqual(['1:a']);
    expect(nextRouting(all, noon)).toBe(noon + MINUTE);
    expect(given(all, noon + MINUTE)).toEqual(['1:a', '2:c']);
    expect(planRouting(all, noon + MINUTE, 9)[1]?.why).toMatchObject({ team: 'front', overflow: 'back' });
  });
});

describe('an offer', () => {
  const asked = front({ offerSeconds: 30 });

  it('runs for a time, and goes to others after it', () => {
    const all = state([item('1', { letPass: ['a'] })], { a: agentWith(9), b: agentWith(1) }, asked);
    expect(planRouting(all, noon, 9)).toMatchObject([{ agent: 'b', offerUntil: noon + 30_000 }]);
  });

  it('comes round again where everybody let it pass', () => {
    const all = state([item('1', { letPass: ['a', 'b'] })], { a: agentWith(9), b: agentWith(1) }, asked);
    expect(given(all)).toEqual(['1:a']);
  });
});

describe('a conversation', () => {
  it('without a team is taken by the first that takes its channel, and by none otherwise', () => {
    const others = { all: front({ channels: ['chat', 'email'] }) };
    const waiting = [item('1', { team: null }), item('2', { team: null, channel: 'sms' })];
    expect(given(state(waiting, { a: agentWith(9) }, front({ channels: ['chat'] }), others))).toEqual(['1:a']);
  });

  it('is left to people where the team says so, or while what was decided about it is not told', () => {
    expect(given(state([item('1')], { a: agentWith(9) }, front({ strategy: 'manual' })))).toEqual([]);
    expect(given(state([item('1', { heldUntil: noon + 1 })], { a: agentWith(9) }))).toEqual([]);
  });
});
