import { EventReader } from '../fixtures/event-reader.js';
import { as, keys, openGateway, touchpoint, type TestGateway } from '../fixtures/test-gateway.js';

describe('the debugger', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await openGateway();
  });
  afterEach(() => gateway.app.close());

  const send = (body: unknown, url = '/v1/touchpoints') =>
    gateway.app.inject({
      method: 'POST',
      url,
      headers: { ...as(keys.writer), 'content-type': 'application/cloudevents+json' },
      payload: JSON.stringify(body),
    });
  const read = async (query = '') =>
    (await gateway.app.inject({ url: `/v1/debugger${query}`, headers: as(keys.all) })).json();

  it('shows what became of each thing, newest first', async () => {
    await send(touchpoint('t-1'));
    await send(touchpoint('t-2', { kind: 'nonsense' }));
    await send({ specversion: '1.0' }, '/v1/events');
    await send({ type: 'track', userId: 'u' }, '/v1/t');
    const { data, sources } = await read();
    expect(data).toMatchObject([
      { via: 'sdk', source: keys.writer, outcome: 'accepted' },
      {
        via: 'cloud-events',
        source: '(unknown)',
        outcome: 'refused',
        errors: [{ pointer: '/id', code: 'required' }, {}, {}],
      },
      { via: 'touchpoints', source: 'web-shop', outcome: 'refused', kind: 'nonsense', code: 'invalid' },
      {
        via: 'touchpoints',
        source: 'web-shop',
        outcome: 'accepted',
        kind: 'visit',
        touchpointId: 't-1',
        eventId: expect.anything(),
      },
    ]);
    expect(sources).toEqual([keys.writer, '(unknown)', 'web-shop']);
    expect((await read('?source=web-shop&limit=1')).data).toMatchObject([{ outcome: 'refused' }]);
  });

  it('repeats nothing that was said of a person', async () => {
    const secrets = ['ada@example.com', '+989123456789', 'Larsen'];
    await send(
      touchpoint('ada@example.com', {
        identifiers: [{ kind: 'phone', value: '+989123456789' }],
        profile: { name: 'Larsen' },
      }),
    );
    await send(touchpoint('+989123456789', { kind: 'custom:x', data: { a: { 'ada@example.com': 2 ** 60 } } }));
    await send(touchpoint('t-3', { source: 'ada@example.com', kind: 'Larsen ada@example.com' }));
    await send(touchpoint('t-4', { 'Larsen Ada': 1 }));
    const shown = JSON.stringify(await read());
    for (const secret of secrets) expect(shown).not.toContain(secret);
  });

  it('keeps the last 200 to 400 of a source, and the last 200 sources', async () => {
    const many = Array.from({ length: 450 }, (_, n) => touchpoint(`t-${String(n)}`));
    await send(many);
    expect((await read('?limit=200')).data).toHaveLength(200);
    // One request after the other: the parts of one may be done in any order.
    for (let first = 0; first < 250; first += 50)
      await send(
        Array.from({ length: 50 }, (_, index) => {
          const n = String(first + index);
          return touchpoint(`s-${n}`, { source: `source-${n}` });
        }),
      );
    const { sources } = await read();
    expect([sources.length, sources[0], sources.includes('web-shop')]).toEqual([200, 'source-249', false]);
  });

  it('is live, and goes on where a reader left it', async () => {
    const url = `${await gateway.listen()}/v1/debugger/stream`;
    const first = new EventReader(`${url}?source=web-shop`, as(keys.all));
    await first.response;
    await send(touchpoint('t-1', { source: 'other' }));
    await send([touchpoint('t-1'), touchpoint('t-2', { kind: 'nonsense' })]);
    const [accepted, refused] = [await first.next(), await first.next()];
    expect([accepted?.event, refused?.event]).toEqual(['accepted', 'refused']);
    first.close();
    await send(touchpoint('t-3'));
    const second = new EventReader(`${url}?source=web-shop`, { ...as(keys.all), 'last-event-id': accepted?.id ?? '' });
    expect(JSON.parse((await second.next())?.data ?? '')).toMatchObject({ kind: 'nonsense' });
    expect(JSON.parse((await second.next())?.data ?? '')).toMatchObject({ touchpointId: 't-3' });
    second.close();
  });

  it('is for those who may read it', async () => {
    for (const url of ['/v1/debugger', '/v1/debugger/stream'])
      for (const [headers, status] of [
        [{}, 401],
        [as(keys.writer), 403],
      ] as const)
        expect((await gateway.app.inject({ url, headers })).statusCode).toBe(status);
  });
});
