import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { StoreBusyError } from '#platform/event-store';
import { type RecordMessages } from '#wiring';
import { as, keys, openGateway, pageOrigin, type TestGateway } from '../fixtures/test-gateway.js';
import { sdkCalls } from './sdk-routes.js';

const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` });
const track = { type: 'track', event: 'Signed Up', userId: '12347', messageId: 'm-1' };
const allowed = [200, 400, 401, 413, 429, 503];

describe('the routes of Segment and RudderStack', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await openGateway({ bodyLimitBytes: 300_000, bodyBudgetBytes: 2_000_000 });
  });
  afterAll(() => gateway.app.close());
  let record: TestGateway['behind']['messagesRecorded'];
  beforeEach(() => {
    record = gateway.behind.messagesRecorded;
    gateway.behind.reached.length = 0;
    gateway.behind.messages.length = 0;
  });
  afterEach(() => {
    gateway.behind.messagesRecorded = record;
  });

  const post = (url: string, payload: unknown, headers: Record<string, string> = basic(keys.writer)) =>
    gateway.app.inject({
      method: 'POST',
      url,
      headers,
      payload: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
    });
  const last = () => gateway.behind.messages.at(-1) as RecordMessages;

  it.each(Object.entries(sdkCalls))('%s is the call %s', async (url, call) => {
    const answer = await post(url, call === 'batch' ? { batch: [track], sentAt: 'now' } : track);
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { success: true, accepted: 1, duplicate: 0, quarantined: 0, refused: 0 },
    ]);
    expect(last().messages).toMatchObject([{ messageId: 'm-1', type: call === 'batch' ? 'track' : call }]);
    expect(last().request).toMatchObject({ source: keys.writer, principal: { id: 'key-writer' }, strict: false });
  });

  it('hand on the trace that the sender is in', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await post('/v1/track', track, { ...basic(keys.writer), traceparent, tracestate: 'a=1' });
    expect(last().request).toMatchObject({
      correlationId: '4bf92f3577b34da6a3ce929d0e0e4736',
      trace: { traceparent, tracestate: 'a=1' },
    });
    await post('/v1/track', track, { ...basic(keys.writer), traceparent: 'nonsense' });
    expect(last().request).not.toHaveProperty('trace');
  });

  it.each([
    ['as a Basic user', basic(keys.writer), {}, ''],
    ['as a bearer', as(keys.writer), {}, ''],
    ['in the body', {}, { writeKey: keys.writer }, ''],
    ['in the address', {}, {}, `?writeKey=${keys.writer}`],
  ])('take the write key %s', async (_, headers, body, query) => {
    expect((await post(`/v1/t${query}`, { ...track, ...body }, headers)).statusCode).toBe(200);
    expect(JSON.stringify(last().messages)).not.toContain(keys.writer);
  });

  it.each([
    ['no key', {}, track],
    ['a key that there is not', basic('safar_unknown'), track],
    ['a key that may not send', basic(keys.reader), track],
    ['something else as a user', basic('ada'), { ...track, writeKey: keys.writer }],
    ['nonsense', { authorization: 'Basic \u00e9' }, track],
    ['a wrong key in the body', {}, { ...track, writeKey: 'safar_unknown' }],
    ['an object for a key', {}, { ...track, writeKey: {} }],
  ])('are closed to %s', async (_, headers, body) => {
    expect((await post('/v1/track', body, headers)).statusCode).toBe(401);
    expect(gateway.behind.reached).toEqual([]);
  });

  it('read JSON whatever the content type says', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', '', 'nonsense', ';;'])
      expect((await post('/v1/t', track, { ...basic(keys.writer), 'content-type': type })).statusCode).toBe(200);
  });

  it('unpack gzip, announced or not', async () => {
    const packed = gzipSync(JSON.stringify({ batch: [track] }));
    for (const headers of [{ 'content-encoding': 'gzip' }, {}])
      expect((await post('/v1/batch', packed, { ...basic(keys.writer), ...headers })).statusCode).toBe(200);
    expect((await post('/v1/t', track, { ...basic(keys.writer), 'content-encoding': 'gzip' })).statusCode).toBe(200);
  });

  it.each([
    ['larger than a body may be', gzipSync(JSON.stringify({ batch: [track], x: 'ab'.repeat(200_000) })), 413],
    ['a bomb', gzipSync(Buffer.alloc(50_000_000, ' ')), 413],
    ['below the limit, out of nearly nothing', gzipSync(Buffer.alloc(290_000, ' ')), 413],
    ['broken', gzipSync('{}').subarray(0, 12), 400],
    ['not gzip at all', Buffer.from([0x1f, 0x8b, 1, 2, 3]), 400],
  ])('refuse what is packed and %s', async (_, packed, status) => {
    const answer = await post('/v1/batch', packed, { ...basic(keys.writer), 'content-encoding': 'gzip' });
    expect([answer.statusCode, gateway.behind.reached]).toEqual([status, []]);
    // All of the budget came back.
    for (let times = 0; times < 10; times++)
      expect((await post('/v1/batch', gzipSync('{"batch":[]}'))).statusCode).toBe(200);
  });

  it.each([
    ['', 400],
    ['{', 400],
    ['[]', 400],
    ['null', 400],
    ['"\ud800"', 400],
    ['{"batch":{}}', 400],
    ['{"a":'.repeat(100), 400],
    [`{"batch":[${'1,'.repeat(1_001)}1]}`, 413],
    ['x'.repeat(300_001), 413],
    [Buffer.from([0x7b, 0xff, 0x7d]), 400],
  ])('refuse %.20j with %i', async (body, status) => {
    const answer = await post('/v1/batch', body);
    expect([answer.statusCode, gateway.behind.reached]).toEqual([status, []]);
  });

  it('answer with nothing but what SDKs understand, whatever happens', async () => {
    const failures = [
      new Error('a bug'),
      new StoreBusyError(1_500),
      Object.assign(new Error(), { code: 'ECONNREFUSED' }),
    ];
    for (const failure of failures) {
      gateway.behind.messagesRecorded = () => Promise.reject(failure);
      const answer = await post('/v1/track', track);
      expect([answer.statusCode, Number(answer.headers['retry-after']) >= 1]).toEqual([503, true]);
    }
    for (const url of [...Object.keys(sdkCalls), '/v1/m', '/sourceConfig', '/v1/projects/x/settings'])
      for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'POST'] as const)
        expect(allowed).toContain((await gateway.app.inject({ method, url })).statusCode);
  });

  it('give each message of a batch the context of all, and judge each alone', async () => {
    gateway.behind.messagesRecorded = () =>
      Promise.resolve([
        { status: 'accepted', id: 'a', eventId: 'e', customerId: 'c', position: '1' },
        { status: 'duplicate', id: 'b' },
        { status: 'quarantined', errors: [{ pointer: '/event', code: 'required', detail: '' }] },
      ]);
    const batch = [track, { ...track, context: { locale: 'fa' } }, 17];
    const answer = await post('/v1/batch', { batch, context: { library: { name: 'x' }, locale: 'en' } });
    expect(answer.json()).toMatchObject({ accepted: 1, duplicate: 1, quarantined: 1, refused: 0 });
    expect(last().messages).toMatchObject([
      { context: { locale: 'en', library: { name: 'x' } } },
      { context: { locale: 'fa', library: { name: 'x' } } },
      17,
    ]);
  });

  it('refuse a message that is too large, or says a thing twice, before anything reads it, and none of its neighbours', async () => {
    const large = { ...track, userId: 'a'.repeat(33_000) };
    const twice = '{"type":"track","userId":"a","userId":"b"}';
    const deep = `{"a":${'['.repeat(40)}${']'.repeat(40)}}`;
    const texts = [JSON.stringify(large), JSON.stringify(track), twice, deep, 'nonsense'];
    const answer = await post('/v1/batch', `{"batch":[${texts.join()}]}`);
    expect(answer.json()).toMatchObject({ accepted: 1, quarantined: 0, refused: 4 });
    expect(last().messages).toEqual([track]);
  });

  it('count the context of a batch as part of each message', async () => {
    const answer = await post('/v1/batch', {
      batch: [track, { ...track, x: 'x'.repeat(20_000) }],
      context: { y: 'y'.repeat(20_000) },
    });
    expect(answer.json()).toMatchObject({ accepted: 1, refused: 1 });
  });

  it.each([
    ['one call', '/v1/track', JSON.stringify({ ...track, x: 'x'.repeat(33_000) }), 413],
    ['what is around a batch', '/v1/batch', JSON.stringify({ batch: [track], x: 'x'.repeat(33_000) }), 413],
    ['a member that is there twice', '/v1/track', '{"userId":"a","userId":"b"}', 400],
    ['two batches', '/v1/batch', '{"batch":[],"batch":[]}', 400],
    ['two of them, one in disguise', '/v1/batch', '{"batch":[],"b\\u0061tch":[{}]}', 400],
    ['one in disguise', '/v1/batch', '{"b\\u0061tch":[{}]}', 400],
    [
      'a context in disguise',
      '/v1/batch',
      `{"cont\\u0065xt":{"y":"${'y'.repeat(31_000)}"},"batch":[${JSON.stringify(track)}]}`,
      400,
    ],
    ['two of them', '/v1/batch', '{"context":{},"cont\\u0065xt":{},"batch":[{}]}', 400],
  ])('refuse %s as a whole', async (_, url, body, status) => {
    expect([(await post(url, body)).statusCode, gateway.behind.reached]).toEqual([status, []]);
  });

  it('look into no message of somebody whose key is none, and read less of who does not say it early', async () => {
    const batch = `{"batch":[nonsense],"writeKey":"safar_unknown"}`;
    expect((await post('/v1/batch', batch, {})).statusCode).toBe(401);
    expect((await post('/v1/batch', batch.replace('safar_unknown', keys.writer), {})).json()).toMatchObject({
      refused: 1,
    });
  });

  it('store nothing in strict mode when a message cannot be read', async () => {
    const body = `{"batch":[${JSON.stringify(track)},{"a":1,"a":2}]}`;
    const answer = await post('/v1/batch', body, { ...basic(keys.writer), 'x-strict-mode': '1' });
    expect([answer.statusCode, answer.json(), gateway.behind.reached]).toMatchObject([
      400,
      { code: 'invalid_messages', errors: [{ pointer: '/1', code: 'duplicate_member' }] },
      [],
    ]);
  });

  it('refuse a whole request in strict mode, with what is wrong with which message', async () => {
    const errors = [{ pointer: '/event', code: 'required', detail: '' }];
    gateway.behind.messagesRecorded = ({ request }) => {
      expect(request.strict).toBe(true);
      const notStored = { status: 'refused', code: 'not_stored', errors: [] } as const;
      return Promise.resolve([notStored, { status: 'refused', code: 'invalid', errors }]);
    };
    const answer = await post('/v1/batch', { batch: [track, {}] }, { ...basic(keys.writer), 'x-strict-mode': '1' });
    expect([answer.statusCode, answer.json()]).toMatchObject([
      400,
      { code: 'invalid_messages', errors: [{ pointer: '/1/event', code: 'required' }] },
    ]);
  });

  it('let browsers of any site send, and ask first', async () => {
    const headers = { origin: 'https://shop.example', 'access-control-request-method': 'POST' };
    const asked = await gateway.app.inject({ method: 'OPTIONS', url: '/v1/batch', headers });
    expect([asked.statusCode, asked.headers]).toMatchObject([
      200,
      { 'access-control-allow-origin': '*', 'access-control-allow-methods': 'POST', 'access-control-max-age': '86400' },
    ]);
    expect(asked.headers['access-control-allow-headers']).toContain('authorization');
    for (const sent of [await post('/v1/t', track), await post('/v1/t', '{'), await post('/v1/t', track, {})]) {
      expect(sent.headers).toMatchObject({ 'access-control-allow-origin': '*', vary: 'accept-language' });
      expect(sent.headers).not.toHaveProperty('access-control-allow-credentials');
    }
  });

  it('answer with settings that send everything here', async () => {
    const get = (url: string, headers: Record<string, string> = {}) =>
      gateway.app.inject({ url, headers: { host: 'localhost:3000', ...headers } });
    const settings = await get(`/v1/projects/${keys.writer}/settings`);
    expect(settings.json()).toMatchObject({
      integrations: { 'Segment.io': { apiKey: keys.writer, apiHost: 'localhost:3000/v1', protocol: 'http' } },
    });
    for (const answer of [
      await get('/sourceConfig/', basic(keys.writer)),
      await get(`/sourceConfig?writeKey=${keys.writer}`),
    ])
      expect(answer.json()).toMatchObject({ source: { writeKey: keys.writer, enabled: true, destinations: [] } });
    for (const url of ['/v1/projects/safar_unknown/settings', '/v1/projects/%00/settings', '/sourceConfig'])
      expect((await get(url)).statusCode).toBe(401);
  });
});

describe('the routes of Segment and RudderStack, for who does not say early who they are', () => {
  it('are open to as much as browsers send, and to more for others', async () => {
    const gateway = await openGateway();
    const text = JSON.stringify({
      writeKey: keys.writer,
      batch: Array.from({ length: 20 }, () => ({ ...track, x: randomBytes(15_000).toString('hex') })),
    });
    const post = (headers: Record<string, string>, payload: string | Buffer) =>
      gateway.app.inject({ method: 'POST', url: '/v1/batch', headers, payload });
    for (const payload of [text, gzipSync(text)]) {
      expect((await post({}, payload)).statusCode).toBe(413);
      expect((await post(basic(keys.writer), payload)).statusCode).toBe(200);
    }
    await gateway.app.close();
  });
});

describe('the routes of Segment and RudderStack, with a key that stands in a page', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    // Of which the network of a browser has a hundredth.
    const rates = { itemsPerSecond: 1_000, burstItems: 2_000, anonymousPerSecond: 1e6, anonymousBurst: 1e6 };
    gateway = await openGateway({ rates });
  });
  afterAll(() => gateway.app.close());

  const send = (headers: Record<string, string> = {}, payload: object = track, remoteAddress = '192.0.2.1') =>
    gateway.app.inject({
      method: 'POST',
      url: '/v1/t',
      remoteAddress,
      headers: { ...basic(keys.page), ...headers },
      payload: JSON.stringify(payload),
    });

  it('take what it claims, under a source that no other key has', async () => {
    for (const headers of [{}, { origin: pageOrigin }]) expect((await send(headers)).statusCode).toBe(200);
    expect(gateway.behind.messages.at(-1)).toMatchObject({ request: { isClaimed: true, source: 'key-key-page' } });
    await send(basic(keys.writer));
    expect(gateway.behind.messages.at(-1)).toMatchObject({ request: { isClaimed: false, source: keys.writer } });
  });

  it('refuse the pages of sites that are not its own, however it is brought', async () => {
    gateway.behind.reached.length = 0;
    const origin = 'https://elsewhere.example';
    const answers = [
      await send({ origin }),
      await gateway.app.inject({
        method: 'POST',
        url: '/beacon/v1/batch',
        headers: { origin },
        payload: JSON.stringify({ batch: [track], writeKey: keys.page }),
      }),
      await gateway.app.inject({ url: `/v1/projects/${keys.page}/settings`, headers: { origin } }),
      await gateway.app.inject({ url: '/sourceConfig', headers: { origin, ...basic(keys.page) } }),
    ];
    expect(answers.map((answer) => [answer.statusCode, answer.json().code])).toEqual(
      Array(4).fill([401, 'origin_not_allowed']),
    );
    expect(gateway.behind.reached).toEqual([]);
    const own = await gateway.app.inject({
      url: `/v1/projects/${keys.page}/settings`,
      headers: { origin: pageOrigin },
    });
    expect(own.statusCode).toBe(200);
  });

  it('leave the others of its site what one network uses up', async () => {
    const statuses = [];
    for (let times = 0; times < 60; times++) statuses.push((await send({}, track, '192.0.2.66')).statusCode);
    expect(statuses).toContain(429);
    expect((await send({}, track, '192.0.2.67')).statusCode).toBe(200);
  });
});

describe('the routes of Segment and RudderStack, for the sites that are named', () => {
  const shop = 'https://shop.example:8443';
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await openGateway({ browserOrigins: [shop, 'https://www.example'] });
  });
  afterAll(() => gateway.app.close());
  beforeEach(() => {
    gateway.behind.reached.length = 0;
  });

  const send = (origin: string | undefined, extra: Record<string, string> = {}) =>
    gateway.app.inject({
      method: 'POST',
      url: '/v1/t',
      headers: { ...basic(keys.writer), ...(origin !== undefined && { origin }), ...extra },
      payload: JSON.stringify(track),
    });
  const ask = (url: string, headers: Record<string, string>) => gateway.app.inject({ method: 'OPTIONS', url, headers });
  const cors = (headers: object) => Object.entries(headers).filter(([name]) => name.startsWith('access-control'));

  it.each([shop, 'https://www.example'])('let the pages of %s send and read the answer', async (origin) => {
    for (const answer of [await send(origin), await send(origin, basic('safar_unknown'))])
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-expose-headers': 'retry-after',
        vary: 'accept-language, origin',
      });
    expect(gateway.behind.reached).toEqual(['RecordMessages']);
  });

  it('let servers send, who have no origin, and tell caches that it matters', async () => {
    const answer = await send(undefined);
    expect([answer.statusCode, cors(answer.headers)]).toEqual([200, []]);
    expect(answer.headers.vary).toBe('accept-language, origin');
  });

  it.each([
    ['another site', 'https://elsewhere.example'],
    ['a frame without an origin', 'null'],
    ['another spelling, which no browser sends', 'https://SHOP.example:8443'],
    ['another port', 'https://shop.example'],
    ['another scheme', 'http://www.example'],
    ['a name that begins the same', 'https://www.example.evil.example'],
    ['a name below', 'https://a.www.example'],
    ['two of them', `${shop}, https://www.example`],
    ['nothing', ''],
    ['every site', '*'],
  ])('refuse %s before anything is read', async (_, origin) => {
    const answer = await send(origin);
    expect([answer.statusCode, answer.json()]).toMatchObject([401, { code: 'origin_not_allowed' }]);
    expect(cors(answer.headers)).toEqual([]);
    expect(answer.headers.vary).toBe('accept-language, origin');
    const settings = await gateway.app.inject({ url: `/v1/projects/${keys.writer}/settings`, headers: { origin } });
    expect(settings.statusCode).toBe(401);
    const asked = await ask('/v1/t', { origin, 'access-control-request-method': 'POST' });
    expect([asked.statusCode, cors(asked.headers), asked.headers.vary]).toEqual([200, [], 'origin']);
    expect(gateway.behind.reached).toEqual([]);
  });

  it.each([
    ['/v1/t', 'POST'],
    ['/v1/m', 'POST'],
    ['/beacon/v1/batch', 'POST'],
    ['/v1/projects/x/settings', 'GET'],
    ['/sourceConfig/', 'GET'],
  ])('say of %s that it is for %s', async (url, method) => {
    const headers = { origin: shop, 'access-control-request-method': method };
    const asked = await ask(url, { ...headers, 'access-control-request-headers': 'x-anything' });
    expect([asked.statusCode, asked.headers]).toMatchObject([
      200,
      { 'access-control-allow-origin': shop, 'access-control-allow-methods': method, allow: `${method}, OPTIONS` },
    ]);
    expect(asked.headers['access-control-allow-headers']).not.toContain('x-anything');
  });

  it('take OPTIONS without a method for a question, and not for a preflight', async () => {
    for (const headers of [{ origin: shop }, { 'access-control-request-method': 'POST' }, {}] as Record<
      string,
      string
    >[]) {
      const asked = await ask('/v1/t', headers);
      expect([asked.statusCode, asked.headers.allow]).toEqual([200, 'POST, OPTIONS']);
      expect(asked.headers).not.toHaveProperty('access-control-allow-methods');
    }
  });

  it('change nothing for the other routes', async () => {
    const headers = { ...as(keys.writer), origin: 'https://elsewhere.example' };
    const answer = await gateway.app.inject({ method: 'POST', url: '/v1/touchpoints', headers, payload: '{}' });
    expect([answer.statusCode, cors(answer.headers), answer.headers.vary]).toEqual([422, [], 'accept-language']);
  });
});
