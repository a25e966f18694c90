import { type AgentPage, type AgentView, type TeamView } from '#contracts';
import { openRealGateway, type RealGateway } from '../api/support/real-gateway.js';

let gateway: RealGateway;
beforeAll(async () => {
  gateway = await openRealGateway();
});
afterAll(() => gateway.close());

type Headers = Readonly<Record<string, string>>;
const call = (method: 'GET' | 'PUT', url: string, body?: object, headers: Headers = {}) =>
  gateway.app.inject({
    ...{ method, url: `/v1/${url}` },
    headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json', ...headers },
    ...(body && { payload: JSON.stringify(body) }),
  });

interface Done {
  readonly id: string;
  readonly version: string;
  readonly position: string;
}

it('an agent says that they are there, and a lead sets them and their team up', async () => {
  const online = await call('PUT', 'agents/me/availability', { availability: 'online' });
  const { id: me, version } = online.json<Done>();
  expect([online.statusCode, version, online.headers['etag']]).toEqual([200, '1', '"1"']);

  // The same command twice is one; at a version that is over it is none.
  const settings = { skills: ['refunds'], capacity: [{ limit: 5 }] };
  const asked: Headers = { 'idempotency-key': 'agent-1', 'if-match': '"1"' };
  const configured = await call('PUT', `agents/${me}`, settings, asked);
  expect(configured.json()).toMatchObject({ id: me, version: '2' });
  expect((await call('PUT', `agents/${me}`, settings, asked)).json()).toEqual(configured.json());
  const late = await call('PUT', `agents/${me}/availability`, { availability: 'away' }, { 'if-match': '"1"' });
  expect([late.statusCode, late.headers['etag']]).toEqual([412, '"2"']);

  const team = await call('PUT', 'teams/returns', { strategy: 'balanced', members: [me], offerSeconds: 30 });
  const { position } = team.json<Done>();
  const seen = await call('GET', `teams/returns?minPosition=${position}`);
  expect(seen.json<TeamView>()).toMatchObject({ id: 'returns', settings: { members: [me] }, version: '1' });
  expect((await call('GET', `agents/${me}`)).json<AgentView>()).toMatchObject({ settings, availability: 'online' });
  expect((await call('GET', 'agents/me/offers')).json()).toMatchObject({ id: me, offers: [] });
  expect((await call('GET', `agents/${me}/offers`)).json()).toMatchObject({ id: me, offers: [] });
  expect((await call('GET', 'agents?limit=1')).json<AgentPage>().data.map(({ id }) => id)).toEqual([me]);
  expect((await call('GET', 'agents?cursor=x')).statusCode).toBe(400);

  const said = await gateway.installation.audit.list({ action: 'agent.availability_changed' });
  expect(said.map(({ subject, outcome }) => [subject, outcome])).toEqual([
    [`agent:${me}`, 'succeeded'],
    [`agent:${me}`, 'refused'],
  ]);
});

it('of those who change an agent at once, each is done after the other', async () => {
  const { id: me } = (await call('PUT', 'agents/me/availability', { availability: 'offline' })).json<Done>();
  const words = ['online', 'away', 'offline', 'away_and_reassign'] as const;
  const answers = await Promise.all(
    words.map((availability) => call('PUT', `agents/${me}/availability`, { availability })),
  );
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
  const position = answers.map((answer) => BigInt(answer.json<Done>().position)).reduce((a, b) => (a > b ? a : b));
  const { version } = (await call('GET', `agents/${me}?minPosition=${String(position)}`)).json<AgentView>();
  expect(Math.max(...answers.map((answer) => Number(answer.json<Done>().version)))).toBe(Number(version));
});
