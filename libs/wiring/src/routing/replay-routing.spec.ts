import { parseReplayPolicy, type ReplayPolicy, type RoutingReplay } from '#capabilities';
import fc from 'fast-check';
import { noon, RoutingHistory, vault } from './fixtures/routing-history.js';
import { replayStoredRouting } from './replay-routing.js';

const MINUTE = 60_000;
const [one = '', two = '', three = ''] = ['1', '2', '3'].map((digit) => `00000000-0000-4000-8000-00000000000${digit}`);
const [ada, bea] = ['user:00000000-0000-4000-8000-00000000000a', 'user:00000000-0000-4000-8000-00000000000b'];

function policy(value: unknown): ReplayPolicy {
  const parsed = parseReplayPolicy(value);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.reason));
  return parsed.value;
}

const replay = (
  history: RoutingHistory,
  asked: unknown = {},
  time: { readonly from?: number; readonly to?: number } = {},
): Promise<RoutingReplay> =>
  replayStoredRouting(
    { source: history.source(), decode: (events) => Promise.resolve(events), vault },
    { policy: policy(asked), ...time, signal: new AbortController().signal },
  );

/** One agent, one chat at a time, ten minutes each; the third is due after a quarter of an hour. */
function threeChats(): RoutingHistory {
  const history = new RoutingHistory();
  history.team('front', { strategy: 'balanced', members: [ada] });
  history.agent(ada, { capacity: [{ limit: 1 }] });
  for (const id of [one, two, three]) history.arrives(id, id === three ? { priority: 'low' } : {});
  history.clockDue(three, noon + 15 * MINUTE);
  history.settles();
  for (const id of [one, two, three]) {
    history.passes(10 * MINUTE);
    history.answers(id);
    history.settles();
  }
  return history;
}

describe('three chats, one after the other', () => {
  it('are seen as they were, and as they would have been with more room', async () => {
    const { real, other, moved, decisions } = await replay(threeChats(), {
      agents: { '*': { capacity: [{ limit: 3 }] } },
    });
    expect(real).toMatchObject({
      waits: { count: 3, meanSeconds: 600, medianSeconds: 600, p90Seconds: 1_200 },
      ...{ assignments: { routed: 3, byHand: 0 }, breaches: 1, stillWaiting: 0, leftWaiting: 0 },
    });
    expect(other).toMatchObject({
      waits: { count: 3, meanSeconds: 0, medianSeconds: 0, p90Seconds: 0 },
      ...{ assignments: { routed: 3, byHand: 0 }, breaches: 0, stillWaiting: 0 },
    });
    expect({ moved, decisions }).toEqual({ moved: 2, decisions: { recorded: 3, reproduced: 3 } });
    expect(other.assignmentsHash).not.toBe(real.assignmentsHash);
  });

  it('wait for ever in a team that gives nothing to anybody', async () => {
    const { other } = await replay(threeChats(), { teams: { front: { strategy: 'manual' } } });
    expect(other).toMatchObject({
      assignments: { routed: 0 },
      stillWaiting: 3,
      breaches: 1,
      waits: { count: 0, p90Seconds: null },
    });
  });

  it('can be replayed in part', async () => {
    const { real, other } = await replay(threeChats(), {}, { from: noon + MINUTE, to: noon + 12 * MINUTE });
    expect(real).toMatchObject({ waits: { count: 1, meanSeconds: 540 }, stillWaiting: 1, assignments: { routed: 1 } });
    expect(other).toEqual(real);
  });
});

it('what was breached stays so by other terms', async () => {
  const history = new RoutingHistory();
  history.team('front', { strategy: 'manual', members: [ada] });
  history.arrives(one);
  history.clockDue(one, noon + MINUTE);
  history.passes(MINUTE + 1);
  history.breachedAndRestated(one, noon + MINUTE, noon + 60 * MINUTE);
  history.answers(one);
  const { real, other } = await replay(history);
  expect([real.breaches, other.breaches]).toEqual([1, 1]);
});

describe('a customer who writes again', () => {
  /** Two chats at once, of which one comes again; with room for one, the first turn of that is from the 10th minute to the 20th. */
  async function replayed(againMs: number, dueMs: number, isToldFirst: boolean) {
    const history = new RoutingHistory();
    history.team('front', { strategy: 'balanced', members: [ada] });
    history.agent(ada, { capacity: [{ limit: 2 }] });
    for (const id of [one, two]) history.arrives(id);
    history.settles();
    history.passes(10 * MINUTE);
    for (const id of [one, two]) history.answers(id);
    history.now = noon + againMs;
    if (isToldFirst) history.clockDue(two, noon + dueMs, 2);
    history.arrives(two);
    if (!isToldFirst) history.clockDue(two, noon + dueMs, 2);
    history.settles();
    history.passes(10 * MINUTE);
    history.answers(two);
    history.passes(60 * MINUTE);
    const { real, other } = await replay(history, { agents: { '*': { capacity: [{ limit: 1 }] } } });
    return [real.breaches, other.breaches];
  }

  it.each([true, false])(
    'is due in the turn that this begins, which comes later here (told first: %s)',
    async (first) => {
      expect(await replayed(11 * MINUTE, 25 * MINUTE, first)).toEqual([0, 1]);
    },
  );

  it('and is due also where the turn before ended in between', async () => {
    expect(await replayed(22 * MINUTE, 25 * MINUTE, true)).toEqual([1, 1]);
  });
});

it('what people took by hand they take again, unless somebody has it by then', async () => {
  const history = new RoutingHistory();
  history.team('front', { strategy: 'manual', members: [ada] });
  history.agent(ada, { capacity: [{ limit: 1 }] });
  for (const id of [one, two]) history.arrives(id);
  history.passes(5 * MINUTE);
  for (const id of [one, two]) history.takes(id, bea);
  history.passes(MINUTE);
  for (const id of [one, two]) history.answers(id);
  history.passes(MINUTE);
  const { real, other } = await replay(history, { teams: { front: { strategy: 'balanced' } } });
  expect(real).toMatchObject({ assignments: { routed: 0, byHand: 2 }, waits: { meanSeconds: 300 } });
  // There is a decision once something happens: at the first event of the replay.
  expect(other).toMatchObject({ assignments: { routed: 2, byHand: 0 }, waits: { meanSeconds: 30 } });
});

it('names of nobody are told with those that there are', async () => {
  await expect(replay(threeChats(), { teams: { fornt: {} } })).rejects.toThrow(
    '/teams/fornt: Nobody had set it up by then; there were front.',
  );
});

const ids = ['i0', 'i1', 'i2', 'i3', 'i4'];
const step: fc.Arbitrary<(history: RoutingHistory) => void> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...ids).map((id) => (history: RoutingHistory) => history.arrives(id)) },
  { weight: 2, arbitrary: fc.constantFrom(...ids).map((id) => (history: RoutingHistory) => history.answers(id)) },
  { weight: 1, arbitrary: fc.constantFrom(...ids).map((id) => (history: RoutingHistory) => history.takes(id, bea)) },
  { weight: 2, arbitrary: fc.constantFrom(...ids).map((id) => (history: RoutingHistory) => history.declines(id)) },
  { weight: 4, arbitrary: fc.constant((history: RoutingHistory) => history.settles()) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 90_000 }).map((ms) => (history: RoutingHistory) => history.passes(ms)),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(ada, bea), fc.constantFrom('online', 'away', 'away_and_reassign')).map(
      ([agent, availability]) =>
        (history: RoutingHistory) =>
          history.is(agent, availability),
    ),
  },
);

it('the real policy gives exactly what was; another gives the same each time, and loses nobody', async () => {
  let decided = 0;
  let moved = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 20, maxLength: 60 }),
      fc.option(fc.constant(20), { nil: undefined }),
      fc.integer({ min: 0, max: 600_000 }),
      async (steps, offerSeconds, fromMs) => {
        const history = new RoutingHistory();
        history.team('front', {
          ...{ strategy: 'balanced', members: [ada, bea] },
          ...(offerSeconds !== undefined && { offerSeconds }),
        });
        for (const agent of [ada, bea]) history.agent(agent, { capacity: [{ limit: 1 }] });
        for (const each of steps) each(history);
        history.passes(1);
        for (const time of [{}, { from: noon + fromMs }]) {
          const same = await replay(history, {}, time);
          expect(same.other).toEqual(same.real);
          expect(same.moved).toBe(0);
          expect(same.decisions.reproduced).toBe(same.decisions.recorded);
          decided += same.decisions.recorded;
        }
        const roomier = {
          agents: { '*': { capacity: [{ limit: 2 }] } },
          teams: { front: { strategy: 'round_robin' } },
        };
        const other = await replay(history, roomier);
        expect(await replay(history, roomier)).toEqual(other);
        moved += other.moved;
      },
    ),
    { numRuns: 50 },
  );
  expect(Math.min(decided, moved)).toBeGreaterThan(100);
});
