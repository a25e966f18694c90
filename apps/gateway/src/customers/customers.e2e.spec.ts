import { fail } from '#kernel';
import { EraseCustomer, GetCustomer, GetTimeline } from '#wiring';
import { as, customerId, keys, openGateway, type TestGateway } from '../fixtures/test-gateway.js';

describe('customers and their timelines', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await openGateway();
  });
  afterAll(() => gateway.app.close());
  beforeEach(() => void gateway.behind.messages.splice(0));

  const get = (path: string) => gateway.app.inject({ url: `/v1/customers${path}`, headers: as(keys.reader) });
  const erase = (payload: string, id = customerId) =>
    gateway.app.inject({ method: 'POST', url: `/v1/customers/${id}/erase`, headers: as(keys.all), payload });
  const asked = () => gateway.behind.messages[0];

  it('are listed as the parameters say, in Persian too', async () => {
    const answer = await get(
      `?search=${encodeURIComponent('سارا ۰۹۱۲')}&limit=${encodeURIComponent('۲۰')}&minPosition=17`,
    );
    expect([answer.statusCode, answer.json()]).toEqual([200, { data: [], page: { next: null, prev: null } }]);
    expect(asked()).toMatchObject({
      parameters: { search: 'سارا ۰۹۱۲', limit: 20, minPosition: 17n },
      by: { actor: { kind: 'key', id: 'key-reader' } },
    });
  });

  it.each([
    [customerId, customerId],
    ['customer_number:12347', 'customer_number:12347'],
    ['customer_number%3A12347', 'customer_number:12347'],
    ['email:ada%40example.com', 'email:ada@example.com'],
    ['phone:%2B98%20912%20345%206789', 'phone:+98 912 345 6789'],
    ['handle:a%2Fb%3Fc%23d', 'handle:a/b?c#d'],
    [`phone:${encodeURIComponent('۰۹۱۲۳۴۵۶۷۸۹')}`, 'phone:۰۹۱۲۳۴۵۶۷۸۹'],
  ])('are found by %s', async (path, reference) => {
    expect((await get(`/${path}?minPosition=9007199254740993`)).statusCode).toBe(200);
    expect(asked()).toEqual(new GetCustomer({ reference, minPosition: 9_007_199_254_740_993n }));
  });

  it('show what of a timeline is asked for', async () => {
    const query =
      'kind=visit,call&kind=purchase&channel=web&from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00%2B03:30&knownAt=2026-03-01T00:00:00Z&order=asc&limit=5';
    expect((await get(`/customer_number:12347/timeline?${query}`)).statusCode).toBe(200);
    expect(asked()).toEqual(
      new GetTimeline({
        reference: 'customer_number:12347',
        kinds: ['visit', 'call', 'purchase'],
        channels: ['web'],
        from: Date.UTC(2026, 0, 1),
        to: Date.UTC(2026, 0, 31, 20, 30),
        knownAt: Date.UTC(2026, 2, 1),
        order: 'asc',
        limit: 5,
        // Of decisions, a key that may not read conversations is shown none.
        category: 'touchpoint',
      }),
    );
  });

  it('show decisions to whoever may read where they were made, and to nobody else', async () => {
    const timeline = '/v1/customers/customer_number:12347/timeline';
    const query = 'kind=conversation.replied&category=decision';
    const shown = { kinds: ['conversation.replied'], channels: [], category: 'decision' } as const;
    expect((await gateway.app.inject({ url: `${timeline}?${query}`, headers: as(keys.all) })).statusCode).toBe(200);
    expect(asked()).toEqual(new GetTimeline({ reference: 'customer_number:12347', ...shown }));
    for (const forbidden of ['kind=visit,complaint.closed', 'category=decision']) {
      const answer = await get(`/customer_number:12347/timeline?${forbidden}`);
      expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([
        403,
        expect.stringContaining('scope="conversations:read"') as unknown,
      ]);
    }
  });

  it.each([
    '/nobody',
    '/Email:x',
    '/email:',
    '/email:%00',
    '/:x',
    `/${customerId}?minPosition=-1`,
    `/${customerId}?minPosition=99999999999999999999`,
    `/${customerId}?minPosition=1&minPosition=2`,
    `/${customerId}?cursor=x`,
    `/${customerId}?__proto__=x`,
    `/${customerId}/timeline?kind=nonsense`,
    `/${customerId}/timeline?from=yesterday`,
    '?limit=0',
    '?limit=201',
    '?offset=10',
    `?search=${'x'.repeat(201)}`,
    '?search=%00',
    '?search=a&search=b',
  ])('are not asked for %s, which means nothing', async (path) => {
    const answer = await get(path);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'invalid_parameters']);
    expect(answer.json().errors.length).toBeGreaterThan(0);
    expect(gateway.behind.messages).toEqual([]);
  });

  it('are erased for a reason', async () => {
    const answer = await erase('{"reason":"customer_request"}', 'email:ada%40example.com');
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { customerId, erasedAt: '2026-03-21T00:00:00.000Z', position: '9' },
    ]);
    const message = asked();
    expect(message).toBeInstanceOf(EraseCustomer);
    expect(message).toMatchObject({
      reference: 'email:ada@example.com',
      reason: 'customer_request',
      request: { principal: { id: 'key-all' } },
    });
  });

  it.each([
    '',
    '{}',
    '[]',
    'null',
    '{"reason":"spite"}',
    '{"reason":"other","note":"x"}',
    '{"reason":',
    '{"reason":"other","reason":"other"}',
    ' '.repeat(2_000),
  ])('are not erased for %j', async (payload) => {
    expect([400, 413]).toContain((await erase(payload)).statusCode);
    expect(gateway.behind.messages).toEqual([]);
  });

  describe('as a version', () => {
    const url = `/v1/customers/${customerId}`;
    const getIf = (tag: string) => gateway.app.inject({ url, headers: { ...as(keys.reader), 'if-none-match': tag } });
    const eraseIf = (headers: Record<string, string>) =>
      gateway.app.inject({
        method: 'POST',
        url: `${url}/erase`,
        headers: { ...as(keys.all), ...headers },
        payload: '{"reason":"other"}',
      });
    const request = () => (asked() as EraseCustomer | undefined)?.request;

    it('are told by the entity tag', async () => {
      const answer = await get(`/${customerId}`);
      expect([answer.statusCode, answer.headers.etag]).toEqual([200, '"1"']);
    });

    it.each(['"1"', 'W/"1"', '"0", "1"', '*'])('are not sent again to whoever has %s', async (tag) => {
      const answer = await getIf(tag);
      expect([answer.statusCode, answer.headers.etag, answer.body]).toEqual([304, '"1"', '']);
    });

    it('are sent to whoever has another', async () => {
      expect((await getIf('"0"')).statusCode).toBe(200);
    });

    it.each(['1', '"1', '"a" "b"', '', '"1",', Array.from({ length: 11 }, () => '"1"').join()])(
      'are not asked for with %j, which is no entity tag',
      async (tag) => {
        expect((await getIf(tag)).json()).toMatchObject({
          code: 'invalid_parameters',
          errors: [{ pointer: '/If-None-Match', code: 'invalid_entity_tag' }],
        });
        expect((await eraseIf({ 'if-match': tag })).statusCode).toBe(400);
        expect(gateway.behind.messages).toEqual([]);
      },
    );

    it.each([
      [{}, 'any'],
      [{ 'if-match': '*' }, 'any'],
      [{ 'if-match': '"5", "6.2"' }, ['5', '6.2']],
      // Of a weak one nobody knows whether it is the same.
      [{ 'if-match': 'W/"5"' }, []],
    ])('are expected by a command with %j', async (headers, expectedVersions) => {
      await eraseIf(headers as Record<string, string>);
      expect(request()?.expectedVersions).toEqual(expectedVersions);
    });

    it('are answered when a command expected another', async () => {
      gateway.behind.erase = () => Promise.resolve(fail({ code: 'version_mismatch', version: '7' }));
      const answer = await eraseIf({ 'if-match': '"5"' });
      expect([answer.statusCode, answer.headers.etag]).toEqual([412, '"7"']);
      expect(answer.json()).toMatchObject({ code: 'version_mismatch', version: '7' });
    });

    it.each([
      ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
      ['"8e03978e"', '8e03978e'],
      ['x'.repeat(255), 'x'.repeat(255)],
    ])('are erased under the key %s', async (sent, idempotencyKey) => {
      await eraseIf({ 'idempotency-key': sent });
      expect(request()).toMatchObject({ idempotencyKey });
    });

    it.each(['', '""', 'a b', 'x'.repeat(256), 'a, b', 'کلید'])('are not erased under the key %j', async (key) => {
      const answer = await eraseIf({ 'idempotency-key': key });
      expect([answer.statusCode, answer.json().errors[0].code]).toEqual([400, 'invalid_idempotency_key']);
      expect(gateway.behind.messages).toEqual([]);
    });

    it.each([
      [{ code: 'idempotency_key_reused' } as const, 422, undefined],
      [{ code: 'command_running', retryAfterMs: 1_000 } as const, 409, '1'],
    ])('are not erased while the key is not free: %j', async (failure, status, retryAfter) => {
      gateway.behind.erase = () => Promise.resolve(fail(failure));
      const answer = await eraseIf({ 'idempotency-key': 'k' });
      expect([answer.statusCode, answer.json().code, answer.headers['retry-after']]).toEqual([
        status,
        failure.code,
        retryAfter,
      ]);
    });

    it('are erased in the trace of the caller', async () => {
      const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
      await eraseIf({ traceparent, tracestate: 'a=1 , b=2' });
      expect(request()?.trace).toEqual({ traceparent, tracestate: 'a=1,b=2' });
    });
  });
});
