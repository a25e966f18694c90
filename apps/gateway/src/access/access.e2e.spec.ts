import { may, type Permission, roles } from '#contracts';
import { requestText, sendRaw, statusesOf } from '../fixtures/raw-request.js';
import { type RegisteredRoute, RegisteredRoutes, RegisteredRoutesModule } from '../fixtures/registered-routes.js';
import { spellings } from '../fixtures/spellings.js';
import { as, customerId, keys, openGateway, signedInAs, type TestGateway } from '../fixtures/test-gateway.js';

/** Some protected routes, and a key that opens each: a door that is closed to everybody would pass every other test here. */
const opened = [
  { method: 'POST', path: '/v1/touchpoints', opens: keys.writer },
  { method: 'GET', path: '/v1/customers', opens: keys.reader },
  { method: 'GET', path: `/v1/customers/${customerId}`, opens: keys.reader },
  { method: 'GET', path: `/v1/customers/${customerId}/timeline`, opens: keys.reader },
  { method: 'GET', path: `/v1/customers/${customerId}/timeline/stream`, opens: keys.reader },
  { method: 'POST', path: `/v1/customers/${customerId}/erase`, opens: keys.all },
] as const;

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY'] as const;
const payload = JSON.stringify({ reason: 'other' });
const refusals = [400, 401, 403, 404, 405];

type Headers = Readonly<Record<string, string>>;
/** Who is nobody wherever they go. */
const strangers: readonly Headers[] = [
  {},
  as('safar_unknown'),
  { authorization: 'Basic c2FmYXI6c2FmYXI=' },
  { ...signedInAs('admin'), cookie: `__Host-safar-session=${'x'.repeat(43)}` },
  // The session of an admin, sent by a page of another site.
  { ...signedInAs('admin'), origin: 'https://evil.example' },
];
const holders = [
  ...roles.map((role) => ({ headers: signedInAs(role), may: (wanted: Permission) => may({ roles: [role] }, wanted) })),
  { headers: as(keys.idle), may: (wanted: Permission) => may({ scopes: [] }, wanted) },
  { headers: as(keys.page), may: (wanted: Permission) => may({ scopes: ['browser:write'] }, wanted) },
  { headers: as(keys.writer), may: (wanted: Permission) => may({ scopes: ['touchpoints:write'] }, wanted) },
];
/** Everybody who may call none of these: the same address may be another route by another method. */
const wrongFor = (here: readonly RegisteredRoute[]): readonly Headers[] => [
  ...strangers,
  ...holders
    .filter((holder) => here.every(({ access }) => access === undefined || ('action' in access && !holder.may(access))))
    .map(({ headers }) => headers),
];

/**
 * Everybody at an address as it is; at each other spelling four in turn, so that everyone meets every address and method in about a
 * third of the spellings: all of all are hundreds of thousands of requests.
 */
const inTurn = (wrong: readonly Headers[], turn: number): readonly Headers[] =>
  turn === 0 ? wrong : [0, 1, 2, 3].map((next) => wrong[(turn * 4 + next) % wrong.length]!);

describe('access', () => {
  let gateway: TestGateway;
  let routes: RegisteredRoutes;
  let all: readonly RegisteredRoute[];
  let port: number;
  beforeAll(async () => {
    gateway = await openGateway({}, [RegisteredRoutesModule]);
    routes = gateway.app.get(RegisteredRoutes);
    all = routes.all();
    port = Number(new URL(await gateway.listen()).port);
  });
  afterAll(() => gateway.app.close());
  beforeEach(() => {
    gateway.behind.reached.splice(0);
    routes.ran.splice(0);
  });

  const statusOf = async (method: string, path: string, headers: Headers) => {
    const body = method === 'POST' ? { body: payload } : {};
    return (await sendRaw(port, requestText({ method, path, headers, ...body }))).status;
  };
  /** Every address that is not wholly public, with what is behind it by its methods. */
  const addresses = (): ReadonlyMap<string, readonly RegisteredRoute[]> => {
    const byPath = new Map<string, RegisteredRoute[]>();
    for (const route of all) {
      if (route.access !== undefined && 'public' in route.access) continue;
      const path = route.path.replace(/:\w+/g, customerId);
      byPath.set(path, [...(byPath.get(path) ?? []), route]);
    }
    return byPath;
  };

  /** What an address leads to where something at its end is taken for an id: whoever may go there may go there. */
  const below = (path: string, method: string): readonly RegisteredRoute[] =>
    all.filter((route) => route.method === method && route.path.replace(/:\w+$/, '.') === `${path}/.`);

  it('is asked for at every route of the running gateway, and each but one says what it needs', () => {
    const silent = all.filter(({ access }) => access === undefined);
    expect(new Set(silent.map(({ path }) => path))).toEqual(new Set(['/forgotten']));
    expect(addresses().size).toBeGreaterThan(10);
    expect(Object.keys(spellings).length).toBeGreaterThanOrEqual(20);
  });

  it.each(opened)('opens $method $path to a key with its scope', async ({ method, path, opens }) => {
    // The live timeline does not end by itself, so its head has to do.
    const status = await statusOf(path.endsWith('stream') ? 'HEAD' : method, path, as(opens));
    expect([200, 201, 422]).toContain(status);
    expect(gateway.behind.reached.length).toBeGreaterThan(0);
    expect(routes.ran).toHaveLength(1);
  });

  it('opens to people by their roles', async () => {
    const get = async (url: string, role: (typeof roles)[number]) =>
      (await gateway.app.inject({ url, headers: signedInAs(role) })).statusCode;
    expect([await get('/v1/customers', 'agent'), await get('/v1/keys', 'agent')]).toEqual([200, 403]);
    expect(await get('/v1/me', 'analyst')).toBe(200);
  });

  it.each(Object.keys(spellings))(
    'keeps every address closed, written %s, by any method, to nobody and to every wrong role',
    async (spelling) => {
      let turn = Object.keys(spellings).indexOf(spelling);
      for (const [path, here] of addresses()) {
        const address = spellings[spelling]!(path);
        for (const method of methods) {
          if (turn > 0) turn++;
          const same = here.filter((route) => route.method === method);
          const wrong = inTurn(wrongFor(same.length > 0 ? same : [...here, ...below(path, method)]), turn);
          const body = method === 'POST' ? { body: payload } : {};
          // JSON, as the short path takes it: it must not be a way around the guards either.
          const json = { 'content-type': 'application/json' };
          const requests = wrong.map((headers) => ({
            method,
            path: address,
            headers: { ...json, ...headers },
            ...body,
          }));
          const statuses = await statusesOf(port, requests);
          const strange = statuses.filter((status) => !refusals.includes(status));
          expect([method, address, strange]).toEqual([method, address, []]);
        }
      }
      expect(routes.ran).toEqual([]);
      expect(gateway.behind.reached).toEqual([]);
    },
  );

  it('stores nothing where a route is public because it looks for a key itself', async () => {
    const open = routes
      .all()
      .filter(({ method, access }) => method === 'POST' && access !== undefined && 'public' in access);
    expect(open.length).toBeGreaterThan(0);
    for (const spelling of Object.values(spellings))
      for (const { method, path } of open) {
        const sent = { method, path: spelling(path.replace(/:\w+/g, customerId)), body: payload };
        const requests = [...strangers, as(keys.idle)].map((headers) => ({ ...sent, headers }));
        await statusesOf(port, requests);
      }
    expect(gateway.behind.reached).toEqual([]);
    expect(routes.ran).toEqual([]);
  });

  it('is to nothing but what SDKs send with a key that stands in a page', async () => {
    for (const [method, url] of [
      ['POST', '/v1/touchpoints'],
      ['POST', '/v1/events'],
      ['GET', '/v1/me'],
      ['GET', '/v1/customers'],
    ] as const)
      expect([
        url,
        (await gateway.app.inject({ method, url, headers: as(keys.page), ...(method === 'POST' && { payload }) }))
          .statusCode,
      ]).toEqual([url, 403]);
    expect(gateway.behind.reached).toEqual([]);
    const track = JSON.stringify({ event: 'Looked', anonymousId: customerId, messageId: 'm' });
    await gateway.app.inject({ method: 'POST', url: '/v1/track', headers: as(keys.page), payload: track });
    expect(gateway.behind.reached).toEqual(['RecordMessages']);
  });

  it('says how to authenticate, and never whether a key was close', async () => {
    const get = (headers: Record<string, string>) => gateway.app.inject({ url: '/v1/customers', headers });
    const [none, unknown, malformed] = [await get({}), await get(as('safar_unknown')), await get(as('nonsense'))];
    expect(none.headers['www-authenticate']).toBe('Bearer realm="safar"');
    expect(unknown.headers['www-authenticate']).toBe('Bearer realm="safar", error="invalid_token"');
    expect({ ...unknown.json(), traceId: '' }).toEqual({ ...malformed.json(), traceId: '' });
  });

  it('names the scope that is missing', async () => {
    const answer = await gateway.app.inject({ url: '/v1/customers', headers: as(keys.writer) });
    expect(answer.statusCode).toBe(403);
    expect(answer.headers['www-authenticate']).toContain('error="insufficient_scope", scope="customers:read"');
  });

  it('is closed to everybody where nobody said who may come', async () => {
    for (const headers of [{}, as(keys.all)])
      expect((await gateway.app.inject({ url: '/forgotten', headers })).statusCode).toBe(403);
  });

  it('is asked before a single byte of the body is read', async () => {
    const head = { method: 'POST', path: '/v1/touchpoints', headers: { 'content-length': '4000000' } };
    // Of the announced body nothing is ever sent: only a gateway that does not wait for it can answer.
    expect((await sendRaw(port, requestText(head))).status).toBe(401);
  });

  it('shows no route to somebody who guesses', async () => {
    const answer = await gateway.app.inject({ url: '/v1/secrets' });
    expect(answer.json()).toMatchObject({ status: 404, code: 'route_not_found' });
    expect(answer.body).not.toContain('secrets');
  });

  it('cannot be reached around by a header that names another method or address', async () => {
    for (const name of ['x-http-method-override', 'x-original-url', 'x-rewrite-url', 'x-forwarded-prefix'])
      expect(await statusOf('GET', '/v1/customers', { [name]: '/livez' })).toBe(401);
  });
});
