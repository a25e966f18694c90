import { agentStream, type RoutingData, routingStream } from '#contracts';
import { type RecordedEvent } from '#kernel';
import { evolveRouting, MAX_WAITING, type RoutingInput } from './evolve-routing.js';
import { agentWith, item, noon } from './fixtures/any-routing.js';
import { itemIn, itemsOf } from './routing-items.js';
import { nextRouting, planRouting } from './plan-routing.js';
import { drainRouting } from './routing.reaction.js';
import { noRouting, type RoutingItem, type RoutingState } from './routing-state.js';

const ada = 'user:0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f5a';
const since = new Date(noon).toISOString();
const until = new Date(noon + 30_000).toISOString();
const why: RoutingData['routing.offered']['why'] = {
  ...{ team: 'front', strategy: 'balanced', weight: 1, since, decidedAt: since, breached: false, returning: false },
  considered: [],
};

const on = (stream: string, type: string, data: object): RoutingInput => {
  const meta = { source: '/test', correlationId: 'c', causationId: 'c' };
  const event: RecordedEvent = {
    ...{ id: 'e', type, stream, data, meta, key: 'c-1', schemaVersion: 1, version: 1 },
    ...{ occurredAt: noon, recordedAt: noon, position: 1n },
  };
  return event as RoutingInput;
};
const said = <Type extends keyof RoutingData>(type: Type, data: RoutingData[Type], id = '1') =>
  on(routingStream(id), type, data);
const withItems = (...items: readonly RoutingItem[]): RoutingState => ({
  ...noRouting,
  teams: { front: { strategy: 'balanced', members: [ada] } },
  agents: { [ada]: agentWith(9) },
  items: itemsOf(items),
});
const pending = { act: 'offer', agent: ada, until: noon + 1 } as const;
const after = (before: RoutingItem, event: RoutingInput): RoutingItem | undefined =>
  itemIn(evolveRouting(withItems(before), event).items, '1');

describe('somebody who could have nothing', () => {
  const decision = '0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f5d';
  const gone = said('routing.not_done', { agent: ada, act: 'assign', reason: 'agent_gone', decision });
  const state = evolveRouting(withItems(item('1')), gone);

  it('is tried again after a minute, though nobody says anything of them', () => {
    expect(planRouting(state, noon + 59_999, 9)).toEqual([]);
    expect(nextRouting(state, noon)).toBe(noon + 60_000);
    expect(planRouting(state, noon + 60_000, 9)).toMatchObject([{ agent: ada }]);
  });

  it('is tried at once when something is said of them', () => {
    const back = on(agentStream(ada), 'agent.availability_changed', { by: ada, availability: 'online' });
    expect(planRouting(evolveRouting(state, back), noon, 9)).toMatchObject([{ agent: ada }]);
  });

  it('is not lost by a state that was stored when that was a flag', () => {
    const { goneUntil: _later, ...flagged } = { ...agentWith(9), gone: true };
    const stored = { ...withItems(item('1')), agents: { [ada]: flagged } };
    expect(planRouting(stored, noon, 9)).toMatchObject([{ agent: ada }]);
  });
});

it('of somebody whose account was disabled everything comes back, with the reason, until they are there again', () => {
  const goes = { by: 'operator:o', availability: 'away_and_reassign', reason: 'account_disabled' };
  const gone = on(agentStream(ada), 'agent.availability_changed', goes);
  const { commands, state } = drainRouting(evolveRouting(withItems(item('1', { agent: ada })), gone), noon);
  expect(commands).toMatchObject([{ type: 'Return', agent: ada, reason: 'account_disabled' }]);
  const back = on(agentStream(ada), 'agent.availability_changed', { by: ada, availability: 'away_and_reassign' });
  const again = { ...evolveRouting(state, back), items: itemsOf([item('2', { agent: ada })]) };
  const [returned] = drainRouting(again, noon).commands ?? [];
  expect(returned).not.toHaveProperty('reason');
});

it('with as many waiting as may wait, what somebody has is remembered all the same', () => {
  const waiting = Array.from({ length: MAX_WAITING }, (_, index) => item(`w${String(index)}`));
  const changed = { version: 1, channel: 'chat', priority: 'normal', since } as const;
  const full = withItems(...waiting, item('held', { agent: ada }));
  expect(itemIn(evolveRouting(full, said('routing.item_changed', changed)).items, '1')).toBeUndefined();
  const own = evolveRouting(full, said('routing.item_changed', { ...changed, agent: ada }));
  expect(itemIn(own.items, '1')).toMatchObject({ agent: ada });
  const fewer = withItems(...waiting.slice(1), item('held', { agent: ada }));
  expect(itemIn(evolveRouting(fewer, said('routing.item_changed', changed)).items, '1')).toMatchObject({ agent: null });
});

describe('an offer', () => {
  const offered = (version?: number) =>
    said('routing.offered', { ...(version !== undefined && { version }), agent: ada, until, why });

  it('is one of the conversation that it was decided on, or of an older one where it does not say', () => {
    for (const version of [undefined, 3, 4])
      expect(after(item('1', { version: 3, pending }), offered(version))).toMatchObject({
        ...{ pending: null, offer: { agent: ada, until: noon + 30_000 } },
      });
  });

  it('of what somebody has by then is none, and nobody’s room is kept for it', () => {
    for (const version of [undefined, 3])
      expect(after(item('1', { version: 3, agent: 'user:b', pending }), offered(version))).toMatchObject({
        ...{ agent: 'user:b', pending: null, offer: null },
      });
  });

  it('of an older version than is known is none', () => {
    expect(after(item('1', { version: 4, pending }), offered(3))).toMatchObject({ pending: null, offer: null });
  });

  it('of what is not ours any more is none; of what has become ours again, it is one', () => {
    const left = after(item('1', { version: 3, pending }), said('routing.item_left', { version: 4 }));
    expect(left).toMatchObject({ left: true, version: 4 });
    if (!left) return;
    expect(after(left, offered())).toBeUndefined();
    expect(after(left, offered(3))).toBeUndefined();
    expect(after(left, offered(5))).toMatchObject({ left: false, pending: null, offer: { agent: ada } });
  });
});

describe('a conversation that was found gone', () => {
  const decision = '0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f5d';
  const gone = (version?: number) =>
    said('routing.not_done', {
      ...(version !== undefined && { version }),
      ...{ agent: ada, act: 'assign', reason: 'gone', decision },
    });

  it('is forgotten, unless it is ours again by what was told of it since', () => {
    const known = item('1', { version: 4, pending });
    for (const version of [undefined, 4, 5]) expect(after(known, gone(version))).toBeUndefined();
    expect(after(known, gone(3))).toMatchObject({ pending: null });
    expect(after({ ...known, left: true }, gone(3))).toBeUndefined();
  });
});

it('what is not done again and again is held longer each time, up to an hour or so, until it is told of', () => {
  const decision = '0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f5d';
  const notDone = said('routing.not_done', { agent: ada, act: 'assign', reason: 'changed', decision });
  let state = withItems(item('1'));
  const minutes = Array.from({ length: 9 }, () => {
    state = evolveRouting(state, notDone);
    return ((itemIn(state.items, '1')?.heldUntil ?? 0) - noon) / 60_000;
  });
  expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 64, 64, 64]);
  const changed = { version: 2, channel: 'chat', priority: 'normal', since } as const;
  state = evolveRouting(evolveRouting(state, said('routing.item_changed', changed)), notDone);
  expect(itemIn(state.items, '1')?.heldUntil).toBe(noon + 60_000);
});
