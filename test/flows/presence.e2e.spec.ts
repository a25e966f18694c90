import { type ConversationView, type OwnPresenceView, type PresenceView, type Role } from '#contracts';
import { until } from '#testing';
import { EventReader, type ReadEvent } from '../../apps/gateway/src/fixtures/event-reader.js';
import { openRealGateway, type RealGateway } from '../api/support/real-gateway.js';

/** Two processes of one installation. */
let gateways: readonly [RealGateway, RealGateway];
let urls: readonly [string, string];

beforeAll(async () => {
  const first = await openRealGateway();
  gateways = [first, await openRealGateway({ beside: first })];
  const listen = async ({ app }: RealGateway): Promise<string> => {
    await app.listen(0, '127.0.0.1');
    return app.getUrl();
  };
  urls = [await listen(gateways[0]), await listen(gateways[1])];
});
afterAll(async () => {
  for (const gateway of [...gateways].reverse()) await gateway.close();
});

type Headers = Readonly<Record<string, string>>;
type Where = 0 | 1;
const tester = { kind: 'operator', id: 'cli:test' } as const;

interface Person {
  readonly self: string;
  readonly sessionId: string;
  readonly headers: Headers;
}

/** Somebody who asks one of the processes. */
type Asking = Pick<Person, 'headers'> & { readonly at?: Where };
const overThere = ({ headers }: Person): Asking => ({ headers, at: 1 });

async function signedIn(name: string, role: Role): Promise<Person> {
  const { users, sessions } = gateways[0].installation.access;
  const added = await users.add({ name, roles: [role] }, tester);
  if (!added.ok) throw new Error(added.reason);
  const { token, session } = await sessions.begin({ userId: added.value.id, signedInBy: 'password', client: 'test' });
  const cookie = `__Host-safar-session=${token}`;
  const headers = { cookie, origin: 'http://safar', host: 'safar', 'x-safar-request': '1' };
  return { self: `user:${added.value.id}`, sessionId: session.id, headers };
}

const ask = (method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, { headers, at = 0 }: Asking, body?: object) =>
  gateways[at].app.inject({
    ...{ method, url: `/v1/${url}`, headers: { ...headers, ...(body && { 'content-type': 'application/json' }) } },
    ...(body && { payload: JSON.stringify(body) }),
  });

const admin = (): Asking => ({ headers: { authorization: `Bearer ${gateways[0].key}` } });

let customers = 0;
/** A conversation of a customer of its own, and how that one is called. */
async function opened(): Promise<{ readonly id: string; readonly customer: string }> {
  customers += 1;
  const value = `presence-${String(customers)}`;
  const customer = `customer_number:${value}`;
  await ask('POST', 'touchpoints', admin(), {
    ...{ id: value, source: 'shop', kind: 'visit', channel: 'web', occurredAt: '2026-03-21T10:00:00Z' },
    ...{ identifiers: [{ kind: 'customer_number', value }], data: { page: '/' } },
  });
  const body = { customer, channel: 'email', subject: 'بستهٔ ۱۰۰۱' };
  let id = '';
  await until(async () => {
    const answer = await ask('POST', 'conversations', admin(), body);
    id = answer.json<{ conversationId?: string }>().conversationId ?? '';
    return answer.statusCode === 201;
  }, 'the customer is known');
  await until(async () => (await ask('GET', `conversations/${id}`, admin())).statusCode === 200, 'it is shown');
  return { id, customer };
}

const parsed = (event: ReadEvent | undefined): unknown => event?.data && JSON.parse(event.data);

/** The next of a stream that is as expected; what comes before it is told in the failure. */
async function nextLike(reader: EventReader, expected: (event: ReadEvent) => boolean): Promise<ReadEvent> {
  for (;;) {
    const event = await reader.next();
    if (event === undefined) throw new Error('the stream ended');
    if (expected(event)) return event;
  }
}

const present = (event: ReadEvent | undefined): string =>
  ((parsed(event) as PresenceView | undefined)?.present ?? [])
    .map(({ agent, state }) => `${agent} ${state}`)
    .join(', ');
const shows = (text: string) => (event: ReadEvent) => event.event === 'presence' && present(event) === text;

it('agents in two processes see each other read and write, and whoever is slower is stopped and told who was faster', async () => {
  const [ada, bea] = [await signedIn('ada', 'agent'), await signedIn('bea', 'agent')];
  const { id } = await opened();
  const at = `conversations/${id}`;
  const stream = `${urls[1]}/v1/${at}/stream`;
  const reader = new EventReader(stream, bea.headers);
  const first = await reader.next();
  expect([first?.event, first?.id, parsed(first)]).toEqual([
    'presence',
    undefined,
    { conversationId: id, present: [], others: 0 },
  ]);

  const entered = await ask('PUT', `${at}/presence`, ada, { state: 'viewing' });
  expect(entered.json<OwnPresenceView>()).toMatchObject({
    ...{ conversationId: id, renewWithinSeconds: 10 },
    present: [{ agent: ada.self, state: 'viewing' }],
  });
  await nextLike(reader, shows(`${ada.self} viewing`));
  await ask('PUT', `${at}/presence`, ada, { state: 'typing' });
  await nextLike(reader, shows(`${ada.self} typing`));
  await ask('PUT', `${at}/presence`, overThere(bea), { state: 'typing' });
  await nextLike(reader, shows(`${ada.self} typing, ${bea.self} typing`));

  // Both have read version 1. A note and a tag stop nobody, a reply does.
  await ask('POST', `${at}/note`, ada, { text: 'Carrier rang.' });
  await ask('POST', `${at}/tag`, ada, { add: ['parcel'] });
  const won = await ask('POST', `${at}/reply`, ada, { text: 'On Thursday.', sinceVersion: '1' });
  expect(won.statusCode).toBe(200);
  const { position, version } = won.json<ConversationView>();
  const lost = await ask('POST', `${at}/reply`, overThere(bea), { text: 'On Friday.', sinceVersion: '1' });
  expect([lost.statusCode, lost.json()]).toMatchObject([
    409,
    {
      ...{ code: 'conversation_refused', reason: 'replied-since', version },
      changes: expect.arrayContaining([expect.objectContaining({ type: 'conversation.replied', by: ada.self })]),
    },
  ]);
  const changed = await nextLike(reader, ({ id: seen }) => seen === position);
  expect([changed.event, parsed(changed)]).toEqual(['changed', { conversationId: id, version, position }]);
  reader.close();

  // Back with what was seen last: who is there is told anew, and what was told is not told again.
  const again = new EventReader(stream, { ...bea.headers, 'last-event-id': position });
  expect(present(await again.next())).toBe(`${ada.self} typing, ${bea.self} typing`);
  await ask('DELETE', `${at}/presence`, ada);
  expect(present(await again.next())).toBe(`${bea.self} typing`);
  const heard = await ask('POST', `${at}/reply`, overThere(bea), { text: 'And it is blue.', sinceVersion: version });
  expect(heard.statusCode).toBe(200);
  expect((await nextLike(again, ({ event }) => event === 'changed')).id).toBe(heard.json<ConversationView>().position);
  again.close();
});

it('the queue tells it too, without a position, and nothing of whoever has lost their session', async () => {
  const [kian, lead] = [await signedIn('kian', 'agent'), await signedIn('lea', 'lead')];
  const { id } = await opened();
  const at = `conversations/${id}/presence`;
  await ask('PUT', at, kian, { state: 'viewing' });
  const queue = new EventReader(`${urls[1]}/v1/queue/stream?view=breached`, lead.headers);
  const told = await nextLike(queue, shows(`${kian.self} viewing`));
  expect([told.id, parsed(told)]).toMatchObject([undefined, { conversationId: id }]);
  await gateways[0].installation.access.sessions.end(kian.sessionId, tester);
  const ended = Date.now();
  await nextLike(queue, (event) => shows('')(event) && (parsed(event) as PresenceView).conversationId === id);
  // Its own mark would have stood for thirty.
  expect(Date.now() - ended).toBeLessThan(29_000);
  expect((await ask('GET', at, overThere(lead))).json()).toMatchObject({ present: [] });
  queue.close();
});

it('of an erased customer nothing is told any more, and nobody can be with them', async () => {
  const omid = await signedIn('omid', 'agent');
  const { id, customer } = await opened();
  const at = `conversations/${id}/presence`;
  await ask('PUT', at, omid, { state: 'typing' });
  const [one, queue] = [
    new EventReader(`${urls[1]}/v1/conversations/${id}/stream`, omid.headers),
    new EventReader(`${urls[1]}/v1/queue/stream`, omid.headers),
  ];
  await nextLike(one, shows(`${omid.self} typing`));
  await nextLike(queue, shows(`${omid.self} typing`));
  await ask('POST', `customers/${customer}/erase`, admin(), { reason: 'customer_request' });
  await nextLike(queue, (event) => shows('')(event) && (parsed(event) as PresenceView).conversationId === id);
  while (await one.next()) continue;
  for (const method of ['PUT', 'GET'] as const)
    expect((await ask(method, at, omid, method === 'PUT' ? { state: 'viewing' } : undefined)).statusCode).toBe(404);
  queue.close();
});

it('those who may not answer may see it and are not in it; a page that is left open keeps no session alive', async () => {
  const [analyst, agent] = [await signedIn('ann', 'analyst'), await signedIn('amir', 'agent')];
  const { id } = await opened();
  const at = `conversations/${id}/presence`;
  expect((await ask('PUT', at, analyst, { state: 'viewing' })).statusCode).toBe(403);
  expect((await ask('GET', at, analyst)).statusCode).toBe(200);
  expect((await ask('PUT', at, { headers: {} }, { state: 'viewing' })).statusCode).toBe(401);
  const none = 'conversations/00000000-0000-4000-8000-000000000000/presence';
  expect((await ask('PUT', none, agent, { state: 'viewing' })).statusCode).toBe(404);
  expect((await ask('DELETE', none, agent)).statusCode).toBe(204);

  const left = await signedIn('ali', 'agent');
  const { owner } = gateways[0].database;
  const session = [left.sessionId];
  await owner.query(`UPDATE access.sessions SET last_seen_at = now() - interval '10 minutes' WHERE id = $1`, session);
  const seen = async (): Promise<boolean> => {
    const recent = `SELECT FROM access.sessions WHERE id = $1 AND last_seen_at > now() - interval '5 minutes'`;
    return (await owner.query(recent, session)).rowCount === 1;
  };
  expect((await ask('PUT', at, left, { state: 'viewing' })).statusCode).toBe(200);
  expect((await ask('GET', at, left)).statusCode).toBe(200);
  expect(await seen()).toBe(false);
  expect((await ask('PUT', at, left, { state: 'typing' })).statusCode).toBe(200);
  expect(await seen()).toBe(true);
  for (const gateway of gateways) expect(gateway.errors()).toEqual([]);
});
