import { agentStream, type RoutingData, routingStream, teamStream } from '#contracts';
import { type EpochMs } from '#kernel';
import { type RoutingInput } from './evolve-routing.js';
import { noon } from './fixtures/any-routing.js';
import { isRoutingInput, routing, type RouteConversation } from './routing.reaction.js';
import { noRouting, type RoutingState } from './routing-state.js';

const [ada, bea] = ['user:a', 'user:b'] as const;
const SECOND = 1_000;

/** Routing with one agent, who is asked and has half a minute each time. */
class Desk {
  state: RoutingState = noRouting;
  wakeAt: EpochMs | undefined;

  constructor() {
    const settings = { strategy: 'balanced', members: [ada, bea], offerSeconds: 30 };
    this.said('team.configured', teamStream('front'), { by: 'user:l', settings });
    this.said('agent.configured', agentStream(ada), { by: 'user:l', settings: { capacity: [{ limit: 1 }] } });
    this.said('agent.availability_changed', agentStream(ada), { by: ada, availability: 'online' });
  }

  said(type: string, stream: string, data: object, at = noon): readonly RouteConversation[] {
    const event = {
      ...{ id: 'e', type, stream, data, key: 'c', schemaVersion: 1, version: 1, position: 1n },
      ...{ occurredAt: at, recordedAt: at, meta: { source: '/test', correlationId: 'c', causationId: 'c' } },
    };
    if (!isRoutingInput(event)) throw new Error(type);
    // The handlers of all types are one.
    return this.#after(routing.when['routing.item_left'](this.state, event as never, 'routing'));
  }

  wake(): readonly RouteConversation[] {
    const at = this.wakeAt ?? Infinity;
    return this.#after(routing.due(this.state, { name: 'wake', at }, 'routing'));
  }

  #after({ state, commands = [], set = [] }: ReturnType<typeof routing.due>): readonly RouteConversation[] {
    this.state = state;
    this.wakeAt = set[0]?.dueAt;
    return commands;
  }
}

const changed: RoutingData['routing.item_changed'] = {
  ...{ version: 1, team: 'front', channel: 'chat', priority: 'normal', since: new Date(noon).toISOString() },
};

it('who let something pass is asked again after a minute, and later each time, where there is nobody else', () => {
  const desk = new Desk();
  const askedAt: EpochMs[] = [];
  let asked = desk.said('routing.item_changed', routingStream('1'), changed);
  let now = noon;
  for (let round = 0; round < 4; round += 1) {
    const [offer] = asked;
    if (offer?.type !== 'Offer') throw new Error('nobody is asked');
    askedAt.push((now - noon) / SECOND);
    desk.said(
      'routing.offered',
      routingStream('1'),
      { agent: ada, until: new Date(offer.until).toISOString(), why: offer.why },
      now,
    );
    do {
      now = desk.wakeAt ?? Infinity;
      asked = desk.wake();
    } while (asked.length === 0 && now < Infinity);
  }
  // Half a minute each, and one, two, four minutes between them.
  expect(askedAt).toEqual([0, 90, 240, 510]);
});

describe('who declines', () => {
  const until = new Date(noon + 30 * SECOND).toISOString();
  const asked = (): Desk => {
    const desk = new Desk();
    const [offer] = desk.said('routing.item_changed', routingStream('1'), changed);
    if (offer?.type !== 'Offer') throw new Error('nobody is asked');
    desk.said('routing.offered', routingStream('1'), { agent: ada, until, why: offer.why });
    return desk;
  };

  it('has room again at once, and is asked again after a minute where there is nobody else', () => {
    const desk = asked();
    expect(desk.said('routing.item_changed', routingStream('2'), changed)).toEqual([]);
    const declined = { agent: ada, until, reason: 'busy' };
    const next = desk.said('routing.declined', routingStream('1'), declined, noon + SECOND);
    expect(next).toMatchObject([{ type: 'Offer', conversationId: '2' }]);
    expect(desk.wakeAt).toBe(noon + 61 * SECOND);
  });

  it.each([
    ['another offer', { agent: ada, until: new Date(noon).toISOString() }],
    ['what somebody else is asked', { agent: 'user:b', until }],
  ])('says nothing of %s', (_, declined) => {
    const desk = asked();
    const before = desk.state;
    expect(desk.said('routing.declined', routingStream('1'), { ...declined, reason: 'other' })).toEqual([]);
    expect(desk.state).toEqual(before);
  });
});

describe('an offer that is made long after it was decided', () => {
  const late = noon + 1_800 * SECOND;
  const asked = (): { readonly desk: Desk; readonly offered: (at: EpochMs) => readonly RouteConversation[] } => {
    const desk = new Desk();
    const settings = { capacity: [{ limit: 1 }], rate: { conversations: 1, seconds: 86_400 } };
    desk.said('agent.configured', agentStream(ada), { by: 'user:l', settings });
    const [offer] = desk.said('routing.item_changed', routingStream('1'), changed);
    if (offer?.type !== 'Offer') throw new Error('nobody is asked');
    const data = { version: 1, agent: ada, seconds: 30, why: offer.why };
    return { desk, offered: (at) => desk.said('routing.offered', routingStream('1'), data, at) };
  };

  it('leaves whoever is asked as long as anybody, counted from when it was recorded', () => {
    const { desk, offered } = asked();
    expect(offered(late)).toEqual([]);
    expect(desk.wakeAt).toBe(late + 30 * SECOND);
  });

  it.each(['before', 'after'])('asks nobody who is gone: they went %s it was recorded', (when) => {
    const { desk, offered } = asked();
    desk.said('agent.configured', agentStream(bea), { by: 'user:l', settings: { capacity: [{ limit: 1 }] } });
    desk.said('agent.availability_changed', agentStream(bea), { by: bea, availability: 'online' });
    const goes = () =>
      desk.said('agent.availability_changed', agentStream(ada), { by: ada, availability: 'offline' }, late);
    const next = when === 'before' ? [...goes(), ...offered(late)] : [...offered(late), ...goes()];
    expect(next).toMatchObject([{ type: 'Offer', conversationId: '1', agent: bea }]);
  });

  it('does not count for the rate of whoever was gone', () => {
    const { desk, offered } = asked();
    desk.said('agent.availability_changed', agentStream(ada), { by: ada, availability: 'away' }, late);
    expect(offered(late)).toEqual([]);
    const back = desk.said('agent.availability_changed', agentStream(ada), { by: ada, availability: 'online' }, late);
    expect(back).toMatchObject([{ type: 'Offer', conversationId: '1', agent: ada }]);
  });
});

it('gives the same from a state that something else came of since', () => {
  const desk = new Desk();
  desk.said('routing.item_changed', routingStream('1'), changed);
  const before = desk.state;
  const again = () => routing.when['routing.item_left'](before, event as never, 'routing');
  const event: Partial<RoutingInput> & object = {
    ...{ id: 'e', type: 'routing.item_left', stream: routingStream('1'), data: { version: 2 }, key: 'c' },
    ...{ recordedAt: noon + 1, occurredAt: noon + 1 },
  };
  const first = again();
  desk.said('routing.item_changed', routingStream('2'), changed);
  expect(again()).toEqual(first);
});

it('what somebody let pass, and what somebody else had, does not count for their rate', () => {
  const desk = new Desk();
  const settings = { capacity: [{ limit: 1 }], rate: { conversations: 1, seconds: 3_600 } };
  desk.said('agent.configured', agentStream(ada), { by: 'user:l', settings });
  const ask = (id: string, at: EpochMs): void => {
    const [offer] = desk.said('routing.item_changed', routingStream(id), changed, at);
    if (offer?.type !== 'Offer') throw new Error('nobody is asked');
    const until = new Date(offer.until).toISOString();
    desk.said('routing.offered', routingStream(id), { version: 1, agent: ada, until, why: offer.why }, at);
  };
  ask('1', noon);
  desk.said('routing.declined', routingStream('1'), {
    ...{ version: 1, agent: ada, until: new Date(noon + 30 * SECOND).toISOString() },
  });
  // Time passes by; then a colleague takes it; then it is gone.
  ask('2', noon + SECOND);
  expect(desk.wake()).toEqual([]);
  ask('3', noon + 35 * SECOND);
  desk.said(
    'routing.item_changed',
    routingStream('3'),
    { ...changed, version: 2, agent: 'user:b' },
    noon + 36 * SECOND,
  );
  ask('4', noon + 37 * SECOND);
  desk.said('routing.item_left', routingStream('4'), { version: 2 }, noon + 38 * SECOND);
  ask('5', noon + 39 * SECOND);
  desk.said('routing.item_changed', routingStream('5'), { ...changed, version: 2, agent: ada }, noon + 40 * SECOND);
  desk.said('routing.item_left', routingStream('5'), { version: 3 }, noon + 41 * SECOND);
  // That one counts.
  expect(desk.said('routing.item_changed', routingStream('6'), changed, noon + 42 * SECOND)).toEqual([]);
});
