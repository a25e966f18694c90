import { type RouteConversation } from '#capabilities';
import { routingStream } from '#contracts';
import { type EventStore, openMemoryEventStore, StoreBusyError } from '#platform/event-store';
import { type IssuedCommand } from '#platform/reactions';
import { createMemoryVault, SealBrokenError, type Vault } from '#platform/vault';
import { newId, openedConversation } from './fixtures/opened-conversation.js';
import { createRouter } from './route-conversation.js';

const agent = `user:${newId()}`;
const since = '2026-03-21T09:00:00.000Z';
const why = {
  ...{ team: 'front', strategy: 'balanced', weight: 1, since, decidedAt: since, breached: false, returning: false },
  considered: [],
} as const;

interface Broken {
  readonly store?: Partial<Pick<EventStore, 'append' | 'readStream'>>;
  readonly open?: Vault['open'];
}

/** A conversation and the router, with what it asks broken in one place. */
async function given(broken: (whole: EventStore) => Broken = () => ({})) {
  const store = openMemoryEventStore();
  const vault = createMemoryVault();
  const { id, customerId } = await openedConversation({ store, vault });
  const { open = vault.open.bind(vault), store: brokenStore } = broken(store);
  const route = createRouter({
    clock: { now: () => 0 },
    isAgent: () => Promise.resolve(true),
    vault: new Proxy(vault, {
      get: (target, name) => {
        const member: unknown = name === 'open' ? open : Reflect.get(target, name);
        return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      },
    }),
    store: {
      append: (request) => store.append(request),
      readStream: (...asked) => store.readStream(...asked),
      ...brokenStore,
    },
  });
  const issued = (
    command: Pick<RouteConversation, 'type'> & { readonly until?: number },
  ): IssuedCommand<RouteConversation> => ({
    ...{ reaction: 'routing', id: newId(), key: 'routing', at: 0, causationId: newId(), correlationId: 'c' },
    command: { conversationId: id, customerId, agent, team: null, why, ...command } as unknown as RouteConversation,
  });
  const said = async () =>
    (await store.readStream(routingStream(id), 0, 100)).events.map(({ type, data }) => ({ type, data }));
  return { route, issued, said };
}

const fails = (error: Error) => (): never => {
  throw error;
};

describe('what routing decided', () => {
  it('is done and told in one append, with the version of the conversation', async () => {
    const { route, issued, said } = await given();
    await route(issued({ type: 'Offer', until: 1 }));
    await route(issued({ type: 'Assign' }));
    await route(issued({ type: 'Assign' }));
    expect(await said()).toMatchObject([
      { type: 'routing.offered', data: { agent, version: 1 } },
      { type: 'routing.assigned', data: { agent, version: 2 } },
      { type: 'routing.not_done', data: { agent, version: 2, reason: 'taken' } },
    ]);
  });

  it('says for how long somebody is asked, and nothing of a time that may be over by then', async () => {
    const { route, issued, said } = await given();
    await route(issued({ type: 'Offer', until: Date.parse(since) + 30_000 }));
    const [{ data } = { data: {} }] = await said();
    expect(data).toEqual({ version: 1, agent, seconds: 30, why });
  });

  // One that failed would be tried again, parked, and all conversations behind it would wait.
  const wrong: readonly (readonly [string, (store: EventStore) => Broken])[] = [
    ['a box that does not open', () => ({ open: fails(new SealBrokenError('it does not open')) })],
    ['an event that this build does not know', () => ({ store: { readStream: fails(new Error('newer than code')) } })],
    [
      'others who change it each time',
      (store) => ({
        store: {
          append: (request) =>
            request.streams.length > 1
              ? Promise.resolve({ status: 'conflict', stream: 'conversation', actualVersion: 9 })
              : store.append(request),
        },
      }),
    ],
    [
      'a stream that is closed',
      (store) => ({
        store: {
          append: (request) =>
            request.streams.length > 1
              ? Promise.resolve({ status: 'closed', stream: 'conversation' })
              : store.append(request),
        },
      }),
    ],
  ];
  it.each(wrong)('is not done for %s, and that is told', async (_what, broken) => {
    const { route, issued, said } = await given(broken);
    await route(issued({ type: 'Assign' }));
    expect(await said()).toMatchObject([{ type: 'routing.not_done', data: { agent, reason: 'changed' } }]);
  });

  it.each([
    ['a store that has too much to do', new StoreBusyError(1)],
    ['a database that is away', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })],
  ])('is tried again after %s', async (_what, error) => {
    const { route, issued, said } = await given(() => ({ store: { readStream: () => Promise.reject(error) } }));
    await expect(route(issued({ type: 'Assign' }))).rejects.toBe(error);
    expect(await said()).toEqual([]);
  });
});
