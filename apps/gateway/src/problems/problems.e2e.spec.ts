import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { fail } from '#kernel';
import { AppendOutcomeUnknownError, StoreBusyError, StoreFencedError, StoreGuardError } from '#platform/event-store';
import { requestText, sendRaw } from '../fixtures/raw-request.js';
import { as, customerId, keys, openGateway, touchpoint, type TestGateway } from '../fixtures/test-gateway.js';

const canary = 'canary-7e57@example.com';

describe('a problem', () => {
  let gateway: TestGateway;
  let port: number;
  beforeEach(async () => {
    gateway = await openGateway();
    port = Number(new URL(await gateway.listen()).port);
  });
  afterEach(() => gateway.app.close());

  const get = (url: string, headers: Record<string, string> = {}) =>
    gateway.app.inject({ url, headers: { ...as(keys.all), ...headers } });
  const post = (payload: string | Buffer, headers: Record<string, string> = {}) =>
    gateway.app.inject({ method: 'POST', url: '/v1/touchpoints', headers: { ...as(keys.all), ...headers }, payload });
  const body = JSON.stringify(touchpoint('t-1'));
  const list = '/v1/customers';

  it('is a document of RFC 9457 in the language of the caller', async () => {
    const answers = { en: await get('/nowhere'), fa: await get('/nowhere', { 'accept-language': 'fa-IR' }) };
    for (const [language, { headers }] of Object.entries(answers))
      expect(headers).toMatchObject({
        'content-type': 'application/problem+json; charset=utf-8',
        'content-language': language,
        vary: 'accept-language',
      });
    expect(answers.en.json()).toEqual({
      type: 'urn:safar:problem:route_not_found',
      title: 'No such resource',
      status: 404,
      code: 'route_not_found',
      detail: 'There is nothing at this address.',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(answers.fa.json()).toMatchObject({ code: 'route_not_found', title: 'یافت نشد' });
  });

  it('is found again by the trace of the caller, or one that it is given', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    expect((await get('/nowhere', { traceparent: `00-${traceId}-00f067aa0ba902b7-01` })).json().traceId).toBe(traceId);
    for (const traceparent of [
      'nonsense',
      `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
      `ff-${traceId}-00f067aa0ba902b7-01`,
    ])
      expect((await get('/nowhere', { traceparent })).json().traceId).not.toBe(traceId);
  });

  it.each([
    ['an address that is not percent-encoded', () => get('/v1/customers/%zz'), 400, 'malformed_request'],
    ['a reference that is none', () => get('/v1/customers/somebody'), 400, 'invalid_parameters'],
    ['a parameter that is none', () => get(`${list}?serach=x`), 400, 'invalid_parameters'],
    ['a parameter out of its range', () => get(`${list}?limit=201`), 400, 'invalid_parameters'],
    ['JSON that is none', () => post('{"id": '), 400, 'malformed_json'],
    ['text that is not UTF-8', () => post(Buffer.from([0x7b, 0xff, 0x7d])), 400, 'malformed_json'],
    ['no body', () => post(''), 400, 'empty_body'],
    [
      'a method that the address does not take',
      () => gateway.app.inject({ method: 'PUT', url: list }),
      405,
      'method_not_allowed',
    ],
    ['a body of more than 4 MB', () => post(`[${body},${' '.repeat(4_194_304)}${body}]`), 413, 'body_too_large'],
    [
      'a touchpoint of more than 32 KB',
      () => post(JSON.stringify(touchpoint('t', { note: 'x'.repeat(40_000) }))),
      413,
      'touchpoint_too_large',
    ],
    ['an identifier that is too long', () => get(`/v1/customers/email:${'x'.repeat(5_000)}`), 414, 'uri_too_long'],
    ['an address that is too long', () => get(`${list}?search=${'x'.repeat(9_000)}`), 414, 'uri_too_long'],
    [
      'a content type that cannot be read',
      () => post(body, { 'content-type': 'nonsense' }),
      415,
      'unsupported_media_type',
    ],
    ['a compressed body', () => post(gzipSync(body), { 'content-encoding': 'gzip' }), 415, 'unsupported_encoding'],
    ['a touchpoint that means nothing', () => post('{}'), 422, 'invalid_touchpoint'],
  ])('answers %s', async (_, send, status, code) => {
    const answer = await send();
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    const again = await send();
    expect({ ...again.json(), traceId: '' }).toEqual({ ...answer.json(), traceId: '' });
  });

  it('says which methods an address takes', async () => {
    const answer = await gateway.app.inject({ method: 'DELETE', url: `/v1/customers/${customerId}` });
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  it.each([
    ['the store is busy', new StoreBusyError(2_100), 'store_busy', '3'],
    ['somebody has to act on the store', new StoreGuardError('epoch 2.', 'Restart.'), 'store_refused', '30'],
    ['this process was fenced', new StoreFencedError('epoch 2.', 'Restart.'), 'store_refused', '30'],
    ['an answer of the store was lost', new AppendOutcomeUnknownError('lost'), 'outcome_unknown', '1'],
    [
      'the database cannot be reached',
      Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
      'unavailable',
      '5',
    ],
    ['the database shuts down', Object.assign(new Error('terminating'), { code: '57P01' }), 'unavailable', '5'],
  ])('says when to come back while %s', async (_, error, code, seconds) => {
    gateway.behind.record = () => Promise.reject(error);
    const answer = await post(body);
    expect([answer.statusCode, answer.json().code, answer.headers['retry-after']]).toEqual([503, code, seconds]);
  });

  it.each([
    [{ code: 'customer_not_found' } as const, 404, {}],
    [{ code: 'customer_erased', erasedAt: 0 } as const, 410, { erasedAt: '1970-01-01T00:00:00.000Z' }],
    [{ code: 'ambiguous_identifier', candidates: [customerId] } as const, 409, { candidates: [customerId] }],
    [{ code: 'unknown_position' } as const, 410, {}],
    [{ code: 'not_caught_up', retryAfterMs: 400 } as const, 503, {}],
  ])('tells of the reason %j', async (reason, status, members) => {
    gateway.behind.customer = () => Promise.resolve(fail(reason));
    const answer = await get(`/v1/customers/${customerId}`);
    expect(answer.json()).toMatchObject({ status, code: reason.code, ...members });
    expect(answer.headers['retry-after']).toBe(status === 503 ? '1' : undefined);
  });

  it('tells nothing of an error that nobody expected, neither to the caller nor to the log', async () => {
    const detail = `Key (email)=(${canary}) already exists.`;
    gateway.behind.record = () => Promise.reject(Object.assign(new Error(`"${canary}"`), { code: '23505', detail }));
    const answer = await post(body);
    expect(answer.json()).toMatchObject({ status: 500, code: 'internal', detail: expect.not.stringContaining(canary) });
    expect(answer.body).not.toContain('23505');
    expect(gateway.log()).toContain('23505');
    expect(gateway.log()).toContain(answer.json().traceId);
    expect(gateway.log()).not.toContain(canary);
  });

  it('never repeats what was sent, and neither does the log', async () => {
    const answers = [
      await get(`/v1/customers/${canary}`),
      await get(`/v1/customers?limit=${canary}`),
      await get(`/${canary}`),
      await get(`/v1/customers/%zz${canary}`),
      await post(`{"id":"${canary}",`),
      await post(JSON.stringify(touchpoint('t', { kind: canary, channel: canary, occurredAt: canary }))),
      await post(body, { authorization: `Bearer ${canary}` }),
      await post(body, { 'content-type': canary }),
    ];
    for (const { statusCode, body: text } of answers) {
      expect(statusCode).toBeGreaterThanOrEqual(400);
      expect(text).not.toContain(canary);
    }
    await get(`/v1/customers/email:${canary}`);
    await get(`/v1/customers?search=${canary}`);
    expect(gateway.log()).not.toContain(canary);
  });

  it('tells what is wrong with a touchpoint in the language of the caller', async () => {
    const answer = await post('{}', { 'accept-language': 'fa' });
    expect(answer.json().errors).toContainEqual({ pointer: '/id', code: 'required', detail: 'این عضو لازم است.' });
    const parameters = await get(`${list}?limit=x`, { 'accept-language': 'fa' });
    expect(parameters.json().errors).toEqual([
      { pointer: '/limit', code: 'out_of_range', detail: 'بیرون از بازهٔ مجاز است.' },
    ]);
  });

  it.each([
    [
      'headers of more than 16 KB',
      requestText({ method: 'GET', path: '/livez', headers: { x: 'x'.repeat(20_000) } }),
      431,
      'headers_too_large',
    ],
    [
      'an expectation that nobody knows, as if nothing were expected',
      requestText({ method: 'GET', path: '/nowhere', headers: { expect: 'the unexpected' } }),
      404,
      'route_not_found',
    ],
    ['bytes that are not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', 400, 'malformed_request'],
    [
      'a request with two lengths',
      'POST /v1/touchpoints HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n',
      400,
      'malformed_request',
    ],
  ])('answers %s, sent as it is', async (_, bytes, status, code) => {
    const answer = await sendRaw(port, bytes);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(JSON.parse(answer.body)).toMatchObject({ status, code });
  });

  it('has no body for HEAD, though there is no request', async () => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (piece: Buffer) => (answer += piece.toString()));
    socket.write(requestText({ method: 'HEAD', path: '/livez', headers: { x: 'x'.repeat(20_000) } }));
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 431 [^]*\r\n\r\n$/);
  });

  it('reaches a sender who is still sending', async () => {
    const large = 'x'.repeat(8_000_000);
    const answer = await fetch(`http://127.0.0.1:${String(port)}/v1/touchpoints`, {
      method: 'POST',
      headers: as(keys.writer),
      body: large,
    });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: 'body_too_large' });
  });

  it('leaves the connection to the next request, whatever was still to come of this one', async () => {
    const socket = connect(port, '127.0.0.1');
    let answers = '';
    socket.on('data', (piece: Buffer) => (answers += piece.toString()));
    const write = async (text: string) => void (socket.write(text) || (await once(socket, 'drain')));
    await write(
      `POST /v1/touchpoints HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${keys.writer}\r\ntransfer-encoding: chunked\r\n\r\n`,
    );
    const megabyte = `100000\r\n${' '.repeat(0x100000)}\r\n`;
    for (let megabytes = 0; megabytes < 16; megabytes += 1) await write(megabyte);
    await write('0\r\n\r\nGET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    await once(socket, 'close');
    expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
  });
});
