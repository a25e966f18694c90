import { as, keys, openGateway, touchpoint, type TestGateway } from '../fixtures/test-gateway.js';

describe('sending touchpoints', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await openGateway();
  });
  afterEach(() => gateway.app.close());

  const post = (payload: string | Buffer, headers: Record<string, string> = {}) =>
    gateway.app.inject({
      method: 'POST',
      url: '/v1/touchpoints',
      headers: { ...as(keys.writer), 'content-type': 'application/json', ...headers },
      payload,
    });

  it('answers 201 with its result for one that is stored now', async () => {
    const answer = await post(JSON.stringify(touchpoint('t-1')));
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({ status: 'accepted', id: 't-1', position: expect.stringMatching(/^\d+$/) });
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('answers 200 for one that was stored before', async () => {
    gateway.behind.record = () =>
      Promise.resolve([{ status: 'duplicate', id: 't-1', eventId: 'e', customerId: 'c', position: '7' }]);
    const answer = await post(JSON.stringify(touchpoint('t-1')));
    expect([answer.statusCode, answer.json().status]).toEqual([200, 'duplicate']);
  });

  it('reads JSON whatever the content type says', async () => {
    for (const type of [
      'text/plain',
      'application/octet-stream',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
    ])
      expect((await post(JSON.stringify(touchpoint('t-1')), { 'content-type': type })).statusCode).toBe(201);
  });

  it('gives the caller, the trace and the language to the command', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await post(JSON.stringify(touchpoint('t-1')), { traceparent, 'accept-language': 'fa' });
    expect(gateway.behind.messages).toMatchObject([
      {
        request: {
          principal: { id: 'key-writer' },
          correlationId: '4bf92f3577b34da6a3ce929d0e0e4736',
          language: 'fa',
        },
      },
    ]);
  });

  it('answers an array item by item: a bad one never rejects its neighbours', async () => {
    const items = [
      JSON.stringify(touchpoint('t-1')),
      JSON.stringify(touchpoint('t-2', { kind: 'nonsense' })),
      '{"id": broken}',
      JSON.stringify(touchpoint('t-4', { note: 'x'.repeat(40_000) })),
      '{"id":"t-5","id":"t-5"}',
      '17',
      JSON.stringify(touchpoint('t-7')),
    ];
    const answer = await post(`[${items.join(' ,\n')}]`);
    expect(answer.statusCode).toBe(200);
    const { results, ...counts } = answer.json();
    expect(counts).toEqual({ accepted: 2, duplicate: 0, refused: 5 });
    expect(
      results.map(
        ({ errors, code, id }: { errors?: { code: string }[]; code?: string; id?: string }) =>
          id ?? `${code}/${errors?.[0]?.code}`,
      ),
    ).toEqual([
      't-1',
      'invalid/unknown_kind',
      'invalid/malformed_json',
      'too_large/too_large',
      'invalid/duplicate_member',
      'invalid/not_an_object',
      't-7',
    ]);
  });

  it('takes an array of 1,000 in commands of 200, and not one more', async () => {
    const array = (length: number) =>
      JSON.stringify(Array.from({ length }, (_, index) => touchpoint(`t-${String(index)}`)));
    const answer = await post(array(1_000));
    expect(answer.json().accepted).toBe(1_000);
    expect(answer.json().results.map(({ id }: { id: string }) => id)).toEqual(
      Array.from({ length: 1_000 }, (_, index) => `t-${String(index)}`),
    );
    expect(gateway.behind.reached).toHaveLength(5);
    expect([(await post(array(1_001))).statusCode, gateway.behind.reached.length]).toEqual([413, 5]);
  });

  it('answers an empty array with no results', async () => {
    expect((await post(' [ ] ')).json()).toEqual({ accepted: 0, duplicate: 0, refused: 0, results: [] });
  });
});
