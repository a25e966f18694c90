import { priorities } from '#contracts';
import fc from 'fast-check';
import { nextRouting, planRouting } from './plan-routing.js';
import { anyItem, anyState, noon } from './fixtures/any-routing.js';
import { itemsWith } from './routing-index.js';
import { allItems, itemsOf } from './routing-items.js';
import { type RoutingItem, type RoutingState } from './routing-state.js';

const has = (list: readonly string[] | undefined, each: string): boolean => (list ?? []).includes(each);

/** What docs/how-to/routing.md says, word for word and slowly: every item against every agent, all loads counted each time. */
function slowly(state: RoutingState, now: number): readonly (readonly [item: string, agent: string])[] {
  let items: readonly RoutingItem[] = allItems(state.items);
  const agents = new Map(Object.entries(state.agents).map(([id, each]) => [id, { ...each, given: [...each.given] }]));
  let { turns } = state;
  const answer: (readonly [string, string])[] = [];
  const teamFor = (item: RoutingItem): string | undefined =>
    item.team === null
      ? ['back', 'front', 'none'].find((id) => has(state.teams[id]?.channels, item.channel))
      : state.teams[item.team] && item.team;
  const weightOf = (item: RoutingItem): number => {
    const rules = state.teams[teamFor(item) ?? '']?.weights ?? [];
    return rules.find(({ channels }) => channels === undefined || has(channels, item.channel))?.weight ?? 1;
  };
  const loadOf = (agent: string, channel: string): number =>
    items
      .filter((each) => each.channel === channel)
      .filter(
        ({ agent: own, pending, offer }) =>
          own === agent || offer?.agent === agent || (pending?.agent === agent && pending.act !== 'return'),
      )
      .reduce((sum, each) => sum + weightOf(each), 0);
  const key = (item: RoutingItem): readonly (number | string)[] => [
    item.dueAt !== null && item.dueAt < now ? 0 : 1,
    -priorities.indexOf(item.priority),
    item.dueAt ?? Number.MAX_VALUE,
    item.since,
    item.id,
  ];
  const before = (one: readonly (number | string)[], other: readonly (number | string)[]): number => {
    const at = one.findIndex((part, index) => part !== other[index]);
    return at === -1 ? 0 : (one[at] ?? '') < (other[at] ?? '') ? -1 : 1;
  };
  for (const item of [...items].sort((one, other) => before(key(one), key(other)))) {
    if (item.agent !== null || item.pending !== null || item.offer !== null || item.left) continue;
    if (item.heldUntil !== null && now < item.heldUntil) continue;
    const own = teamFor(item);
    const team = own === undefined ? undefined : state.teams[own];
    if (own === undefined || team === undefined || team.strategy === 'manual') continue;
    const needs = (team.needs ?? []).filter(
      (need) =>
        (need.channels === undefined || has(need.channels, item.channel)) &&
        (need.tags === undefined || need.tags.some((tag) => item.tags.includes(tag))),
    );
    const asked = [
      own,
      ...(team.overflow ?? []).filter((o) => now - item.since >= o.afterSeconds * 1e3).map((o) => o.team),
    ];
    const could: { agent: string; key: readonly (number | string)[]; passed: boolean }[] = [];
    let waits = false;
    for (const [id, agent] of agents) {
      const distance = asked.findIndex((each) => has(state.teams[each]?.members, id));
      const { settings } = agent;
      if (distance === -1 || !settings || (agent.goneUntil ?? 0) > now || agent.availability !== 'online') continue;
      if (needs.some((need) => (need.skills ?? []).some((skill) => !has(settings.skills, skill)))) continue;
      if (needs.some((need) => need.language !== undefined && !has(settings.languages, need.language))) continue;
      const limit =
        (settings.capacity.find((c) => c.channel === item.channel) ?? settings.capacity.find((c) => !c.channel))
          ?.limit ?? 0;
      const load = loadOf(id, item.channel);
      const recently = agent.given.filter((at) => settings.rate && at > now - settings.rate.seconds * 1e3).length;
      if (load + weightOf(item) > limit || (settings.rate && recently >= settings.rate.conversations)) {
        if (id === item.previousAgent && now - item.since < (team.stickySeconds ?? 0) * 1e3) waits = true;
        continue;
      }
      const share = -(limit - load) / limit;
      const byStrategy = team.strategy === 'balanced' ? [share, agent.idleSince] : [agent.turn, 0];
      could.push({
        ...{ agent: id, passed: item.letPass.includes(id) },
        key: [id === item.previousAgent ? 0 : 1, distance, ...byStrategy, id],
      });
    }
    if (waits) continue;
    const fresh = could.filter(({ passed }) => !passed);
    const [chosen] = (fresh.length > 0 ? fresh : could).sort((one, other) => before(one.key, other.key));
    const agent = chosen && agents.get(chosen.agent);
    if (!chosen || !agent) continue;
    answer.push([item.id, chosen.agent]);
    items = items.map((each) => (each.id === item.id ? { ...each, agent: chosen.agent } : each));
    agents.set(chosen.agent, { ...agent, given: [...agent.given, now], idleSince: now, turn: (turns += 1) });
  }
  return answer;
}

const pairs = (state: RoutingState, now: number, limit = 100) =>
  planRouting(state, now, limit).map(({ item, agent }) => [item.id, agent] as const);

/** A second or two; more on a machine with much else to do. */
jest.setTimeout(30_000);

describe('a plan', () => {
  it('is what the rules say, and the same each time', () => {
    let decided = 0;
    fc.assert(
      fc.property(anyState, (state) => {
        const told = pairs(state, noon);
        decided += told.length;
        expect(told).toEqual(slowly(state, noon));
        // The order in which members of a state were written is nobody's rank.
        const turned: RoutingState = {
          ...state,
          teams: reversed(state.teams),
          agents: reversed(state.agents),
          items: itemsOf([...allItems(state.items)].reverse()),
        };
        expect(pairs(turned, noon)).toEqual(told);
        expect(pairs(state, noon, 1)).toEqual(told.slice(0, 1));
      }),
      { numRuns: 2_000 },
    );
    // Otherwise nothing was compared.
    expect(decided).toBeGreaterThan(0);
  });

  it('gives nobody more than they have room for', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        for (const { why } of planRouting(state, noon, 100)) {
          const [chosen] = why.considered;
          expect(chosen?.standing).toBe('chosen');
          expect((chosen?.load ?? 0) + why.weight).toBeLessThanOrEqual(chosen?.limit ?? 0);
        }
      }),
    );
  });

  it('changes by time alone only at the times that are told', () => {
    fc.assert(
      fc.property(anyState, fc.integer({ min: 1, max: 400_000 }), (state, later) => {
        const next = nextRouting(state, noon);
        if (next !== undefined && next <= noon + later) return;
        // With nothing given now, nothing can be given before the next time either.
        if (planRouting(state, noon, 100).length === 0) expect(pairs(state, noon + later)).toEqual([]);
      }),
    );
  });
});

it('a state that came about bit by bit, while time passed, says what one says that was just read', () => {
  let decided = 0;
  const step = fc.record({
    /** Seldom back: only replays ask of an earlier time. */
    passes: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 0, max: 70_000 }) },
      { weight: 1, arbitrary: fc.constant(-50_000) },
    ),
    item: fc.integer({ min: 0, max: 7 }).chain((index) => anyItem(`i${String(index)}`)),
    isGone: fc.integer({ min: 0, max: 4 }).map((one) => one === 0),
  });
  fc.assert(
    fc.property(anyState, fc.array(step, { minLength: 5, maxLength: 30 }), (first, steps) => {
      let state = first;
      let now = noon - 150_000;
      for (const { passes, item, isGone } of steps) {
        now += passes;
        state = { ...state, items: itemsWith(state, item.id, isGone ? undefined : item) };
        const read: RoutingState = { ...state, items: itemsOf(allItems(state.items)) };
        const told = pairs(state, now);
        decided += told.length;
        expect(told).toEqual(slowly(state, now));
        expect(nextRouting(state, now)).toBe(nextRouting(read, now));
      }
    }),
    { numRuns: 500 },
  );
  expect(decided).toBeGreaterThan(500);
});

const reversed = <Value>(all: Readonly<Record<string, Value>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(all).reverse());
