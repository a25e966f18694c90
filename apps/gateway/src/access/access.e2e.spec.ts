import { Controller, Get, Module } from '@nestjs/common';
import { requestText, sendRaw } from '../fixtures/raw-request.js';
import { as, customerId, keys, openGateway, type TestGateway } from '../fixtures/test-gateway.js';

/** Every route that is not public, and the key that opens it. */
const routes = [
  { method: 'POST', path: '/v1/touchpoints', opens: keys.writer },
  { method: 'GET', path: '/v1/customers', opens: keys.reader },
  { method: 'GET', path: `/v1/customers/${customerId}`, opens: keys.reader },
  { method: 'GET', path: `/v1/customers/${customerId}/timeline`, opens: keys.reader },
  { method: 'GET', path: `/v1/customers/${customerId}/timeline/stream`, opens: keys.reader },
  { method: 'POST', path: `/v1/customers/${customerId}/erase`, opens: keys.all },
] as const;

/** Ways of writing the same address, or one that some router takes for the same. */
const spellings: Readonly<Record<string, (path: string) => string>> = {
  'as it is': (path) => path,
  'with a slash at the end': (path) => `${path}/`,
  'with two slashes at the start': (path) => `/${path}`,
  'with two slashes inside': (path) => path.replace('/v1/', '/v1//'),
  'with a dot segment': (path) => path.replace('/v1/', '/v1/./'),
  'with an encoded dot segment': (path) => path.replace('/v1/', '/v1/%2e/'),
  'with a way up': (path) => path.replace('/v1/', '/livez/../v1/'),
  'with an encoded way up': (path) => path.replace('/v1/', '/livez/%2e%2e/v1/'),
  'with an encoded slash': (path) => path.replace('/v1/', '/v1%2f'),
  'with a backslash': (path) => path.replace('/v1/', '/v1\\'),
  'with encoded letters': (path) => path.replace('/v1/c', '/v1/%63').replace('/v1/t', '/v1/%74'),
  'in capitals': (path) => path.toUpperCase(),
  'with parameters after a semicolon': (path) => `${path};x=y`,
  'with a NUL at the end': (path) => `${path}%00`,
  'with a query': (path) => `${path}?x=/livez`,
  'with a fragment': (path) => `${path}#/livez`,
};
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY'] as const;
const payload = JSON.stringify({ reason: 'other' });

@Controller('forgotten')
class ForgottenController {
  @Get()
  open(): string {
    return 'somebody forgot to say who may come here';
  }
}
@Module({ controllers: [ForgottenController] })
class ForgottenModule {}

describe('access', () => {
  let gateway: TestGateway;
  let port: number;
  beforeAll(async () => {
    gateway = await openGateway({}, [ForgottenModule]);
    port = Number(new URL(await gateway.listen()).port);
  });
  afterAll(() => gateway.app.close());
  beforeEach(() => void gateway.behind.reached.splice(0));

  const statusOf = async (method: string, path: string, headers: Record<string, string>) => {
    const hasBody = method === 'POST';
    return (await sendRaw(port, requestText({ method, path, headers, ...(hasBody && { body: payload }) }))).status;
  };

  it.each(routes)('opens $method $path to a key with its scope', async ({ method, path, opens }) => {
    // The live timeline does not end by itself, so its head has to do.
    const status = await statusOf(path.endsWith('stream') ? 'HEAD' : method, path, as(opens));
    expect([200, 201, 422]).toContain(status);
    expect(gateway.behind.reached.length).toBeGreaterThan(0);
  });

  describe.each(Object.keys(spellings))('for an address %s', (spelling) => {
    it.each(routes)('keeps $path closed, by any method, to nobody and to a key without the scope', async ({ path }) => {
      const address = spellings[spelling]!(path);
      for (const method of methods)
        for (const headers of [{}, as(keys.idle), as('safar_unknown'), { authorization: 'Basic c2FmYXI6c2FmYXI=' }])
          expect([400, 401, 403, 404, 405]).toContain(await statusOf(method, address, headers));
      expect(gateway.behind.reached).toEqual([]);
    });
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
