import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CloudEvent, HTTP } from 'cloudevents';
import { as, keys, openGateway, touchpoint, type TestGateway } from '../fixtures/test-gateway.js';
import { type RecordTouchpoints } from '#wiring';

const fixture = (name: string): string =>
  readFileSync(path.resolve(__dirname, '../../../../test/fixtures/cloud-events', name), 'utf8');
interface Case {
  readonly id: string;
  readonly event?: unknown;
  readonly batch?: readonly unknown[];
}
const cases = (file: string): readonly Case[] => (JSON.parse(fixture(file)) as { tests: Case[] }).tests;
/** The request that one of the `.http` files is. */
function rawRequest(file: string): { readonly headers: Record<string, string>; readonly payload: string } {
  const [head = '', payload = ''] = fixture(file).split(/\r?\n\r?\n(.*)/s);
  const lines = head.split(/\r?\n/).slice(1);
  const headers = lines.map((line) => /^([^:]+): (.*)$/.exec(line)?.slice(1) ?? []);
  return {
    headers: Object.fromEntries(headers.filter(([name]) => !/^(host|content-length)$/i.test(name ?? ''))),
    payload,
  };
}

const structured = 'application/cloudevents+json';
const batched = 'application/cloudevents-batch+json';
const event = {
  specversion: '1.0',
  id: 'e-1',
  source: 'https://crm.example',
  type: 'com.example.opened',
  subject: '7',
};

describe('CloudEvents over HTTP', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await openGateway();
  });
  afterEach(() => gateway.app.close());

  const post = (payload: unknown, headers: Record<string, unknown>, query = '') =>
    gateway.app.inject({
      method: 'POST',
      url: `/v1/events${query}`,
      headers: { ...as(keys.writer), ...(headers as Record<string, string>) },
      ...(payload !== undefined && {
        payload: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
      }),
    });
  const stored = () => (gateway.behind.messages as RecordTouchpoints[]).flatMap(({ touchpoints }) => touchpoints);

  it.each(['http-binary-mode.http', 'http-structured-mode.http'])(
    'are read as the specification writes them: %s',
    async (file) => {
      const { headers, payload } = rawRequest(file);
      const answer = await post(payload, headers, '?customer=customer_number:7');
      expect(answer.statusCode).toBe(201);
      expect(stored()).toMatchObject([
        {
          ...{ id: '1234-1234-1234', kind: 'custom:com_example_someevent', occurredAt: '2018-04-05T03:56:24Z' },
          data: { type: 'com.example.someevent', source: '/mycontext/subcontext', data: { message: 'Hello World!' } },
        },
      ]);
    },
  );

  it.each(cases('valid-events.json'))('of the conformance set are stored: $id', async ({ event: sent }) => {
    const answer = await post(sent, { 'content-type': structured }, '?customer=customer_number:7');
    expect([answer.statusCode, answer.json().status]).toEqual([201, 'accepted']);
  });

  it.each(cases('invalid-events.json'))('of the conformance set are refused: $id', async ({ event: sent }) => {
    const answer = await post(sent, { 'content-type': structured }, '?customer=customer_number:7');
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'invalid_cloud_event']);
    expect(gateway.behind.reached).toEqual([]);
  });

  it.each([...cases('valid-batches.json'), ...cases('invalid-batches.json')])(
    'of a conformance batch are judged one by one: $id',
    async ({ id, batch = [] }) => {
      const refused = id.startsWith('invalid') ? 1 : 0;
      const answer = await post(batch, { 'content-type': batched }, '?customer=customer_number:7');
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toMatchObject({ accepted: batch.length - refused, refused });
      const strictly = await post(
        batch,
        { 'content-type': batched, 'x-strict-mode': '1' },
        '?customer=customer_number:7',
      );
      expect(strictly.statusCode).toBe(refused === 0 ? 200 : 422);
    },
  );

  it('of the conformance set carry text, JSON values and XML', async () => {
    const bodies = [
      ['text/plain; charset=utf-8', 'Hello, 🌎!', 'Hello, 🌎!'],
      ['application/json; charset=utf-8', '"Hello, 🌎!"', 'Hello, 🌎!'],
      ['application/json; charset=utf-8', '["Hello","🌎!"]', ['Hello', '🌎!']],
      ['application/xml; charset=utf-8', '<msg>Hello, 🌎!</msg>', '<msg>Hello, 🌎!</msg>'],
    ] as const;
    for (const [type, body, data] of bodies) {
      const headers = {
        'content-type': type,
        'ce-specversion': '1.0',
        'ce-id': body.slice(0, 5),
        'ce-source': '//x',
        'ce-type': 't',
        'ce-subject': 's',
      };
      expect((await post(body, headers)).statusCode).toBe(201);
      expect(stored().at(-1)).toMatchObject({ data: { data, datacontenttype: type } });
    }
    const headers = {
      'content-type': 'image/png',
      'ce-specversion': '1.0',
      'ce-id': 'b',
      'ce-source': '//x',
      'ce-type': 't',
      'ce-subject': 's',
    };
    expect((await post(Buffer.from([0, 1, 255]), headers)).statusCode).toBe(201);
    expect(stored().at(-1)).toMatchObject({ data: { data_base64: 'AAH/' } });
  });

  it('are what the SDK of the project sends, in each mode', async () => {
    const made = new CloudEvent({ ...event, id: 'sdk', data: { سلام: 'Hello' }, extone: 'نام' });
    for (const { headers, body } of [HTTP.binary(made), HTTP.structured(made)]) {
      expect((await post(body, headers)).statusCode).toBe(201);
      expect(stored().at(-1)).toMatchObject({
        id: 'sdk',
        data: { data: { سلام: 'Hello' }, extensions: { extone: 'نام' } },
      });
    }
    const answer = await post(`[${String(HTTP.structured(made).body)}]`, { 'content-type': batched });
    expect(answer.json()).toMatchObject({ accepted: 1 });
  });

  it('may hold a touchpoint, which says what the event does not', async () => {
    const { id: _id, ...body } = touchpoint('t-1');
    const answer = await post({ ...event, type: 'touchpoint', data: body }, { 'content-type': structured });
    expect([answer.statusCode, stored()]).toMatchObject([201, [{ id: 'e-1', source: 'web-shop', kind: 'visit' }]]);
    const bad = await post(
      { ...event, type: 'touchpoint', data: { ...body, kind: 'nonsense' } },
      { 'content-type': structured },
    );
    expect([bad.statusCode, bad.json().errors]).toMatchObject([422, [{ pointer: '/kind', code: 'unknown_kind' }]]);
  });

  it('are the same when they come again, as far as their ids say; touchpoints with a time must be the same', async () => {
    gateway.behind.record = () => Promise.resolve([{ status: 'refused', id: 'e-1', code: 'id_reused', errors: [] }]);
    const again = await post(event, { 'content-type': structured });
    expect([again.statusCode, again.json()]).toEqual([200, { status: 'duplicate', id: 'e-1' }]);
    const timed = { ...event, time: '2026-03-20T10:00:00Z' };
    expect((await post(timed, { 'content-type': structured })).statusCode).toBe(200);
    const own = await post({ ...timed, type: 'touchpoint', data: touchpoint('t-1') }, { 'content-type': structured });
    expect(own.statusCode).toBe(409);
  });

  describe('of the extension for distributed tracing', () => {
    const ofRequest = '00-11111111111111111111111111111111-2222222222222222-01';
    const ofEvent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';
    const headers = { traceparent: ofRequest, tracestate: 'hop=1' };
    const traced = { ...event, traceparent: ofEvent, tracestate: 'a=1' };
    const commands = () => gateway.behind.messages as RecordTouchpoints[];

    it('keep the trace that they began in, also where the request is in another', async () => {
      await post(traced, { 'content-type': structured, ...headers });
      await post('{}', {
        ...{ 'ce-specversion': '1.0', 'ce-id': 'b', 'ce-source': '//x', 'ce-type': 't', 'ce-subject': 's' },
        ...{ 'ce-traceparent': ofEvent, 'ce-tracestate': 'a=1', 'content-type': 'application/json', ...headers },
      });
      for (const { request } of commands())
        expect(request).toMatchObject({
          correlationId: '1'.repeat(32),
          trace: { traceparent: ofRequest, tracestate: 'hop=1' },
          traces: [{ traceparent: ofEvent, tracestate: 'a=1' }],
        });
      expect(commands()).toHaveLength(2);
    });

    it('each have their own in a batch', async () => {
      const other = ofEvent.replace('4bf9', 'aaaa');
      const untraced = { ...event, id: 'e-2', tracestate: 'a=1' };
      const sent = [traced, { id: 'none' }, untraced, { ...event, id: 'e-3', traceparent: other }];
      const answer = await post(sent, { 'content-type': batched, ...headers });
      expect(answer.json()).toMatchObject({ accepted: 3, refused: 1 });
      expect(commands()[0]?.request.traces).toEqual([
        { traceparent: ofEvent, tracestate: 'a=1' },
        undefined,
        { traceparent: other },
      ]);
      const strictly = await post([traced, untraced], { 'content-type': batched, 'x-strict-mode': '1', ...headers });
      expect(strictly.statusCode).toBe(200);
      expect(commands()[1]?.request.traces).toEqual([{ traceparent: ofEvent, tracestate: 'a=1' }, undefined]);
    });

    it('are stored without what cannot be read of it', async () => {
      for (const traceparent of ['nonsense', 17, true, `ff-${ofEvent.slice(3)}`]) {
        const answer = await post({ ...event, traceparent }, { 'content-type': structured, ...headers });
        expect(answer.statusCode).toBe(201);
      }
      await post({ ...traced, tracestate: 'no state' }, { 'content-type': structured });
      const traces = commands().map(({ request }) => request.traces);
      expect(traces).toEqual([undefined, undefined, undefined, undefined, [{ traceparent: ofEvent }]]);
    });
  });

  it.each([
    ['no event at all', '{}', { 'content-type': 'application/json' }, 400],
    ['another format', '<x/>', { 'content-type': 'application/cloudevents+xml' }, 415],
    ['broken JSON', '{', { 'content-type': structured }, 400],
    ['one where many are announced', '{}', { 'content-type': batched }, 400],
    ['version 0.3', { ...event, specversion: '0.3' }, { 'content-type': structured }, 400],
    [
      'a header that is no UTF-8',
      '',
      { 'ce-id': '%ff', 'ce-specversion': '1.0', 'ce-source': 'x', 'ce-type': 't', 'ce-subject': 's' },
      400,
    ],
    [
      'data in a header',
      '',
      { 'ce-id': '1', 'ce-specversion': '1.0', 'ce-source': 'x', 'ce-type': 'touchpoint', 'ce-data': '{}' },
      400,
    ],
    ['more than 32 KB', { ...event, data: 'x'.repeat(40_000) }, { 'content-type': structured }, 413],
    ['a parameter that there is not', event, { 'content-type': structured, query: '?who=x' }, 400],
  ])('are refused: %s', async (_, body, { query = '', ...headers }: Record<string, string>, status) => {
    expect([(await post(body, headers, query)).statusCode, gateway.behind.reached]).toEqual([status, []]);
  });
});
