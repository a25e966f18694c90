import { setImmediate as turn } from 'node:timers/promises';
import { EventReader } from '../fixtures/event-reader.js';
import { liveStreamRules } from '../fixtures/live-stream.conformance.js';
import { Debugger } from './debugger.js';
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

  describe('read by somebody who was interrupted', () => {
    let listening: Promise<string> | undefined;
    afterEach(() => {
      listening = undefined;
    });
    const address = () => (listening ??= gateway.listen());
    const note = (n: number, source = 'web-shop') => {
      gateway.app.get(Debugger).note('touchpoints', source, { status: 'duplicate', id: `t-${String(n)}` });
    };
    const behind = async (id: string | undefined, query = '?source=web-shop') => {
      const url = `${await address()}/v1/debugger/stream${query}`;
      const reader = new EventReader(url, { ...as(keys.all), ...(id !== undefined && { 'last-event-id': id }) });
      await reader.response;
      return reader;
    };
    const idOf = (data = '{}') => (JSON.parse(data) as { touchpointId?: string }).touchpointId;

    it('goes on right behind the last entry, over any number of interruptions', async () => {
      const seen: string[] = [];
      const first = await behind(undefined);
      let last: string | undefined;
      for (let n = 0; n < 60; n += 1) {
        note(n);
        note(n, 'other');
      }
      for (let reader = first; seen.length < 60; reader = await behind(last)) {
        for (const event of await reader.take(Math.min(7, 60 - seen.length))) {
          seen.push(idOf(event?.data) ?? event?.event ?? '');
          last = event?.id;
        }
        reader.close();
      }
      expect(seen).toEqual(Array.from({ length: 60 }, (_, n) => `t-${String(n)}`));
    });

    it('says that there may have been more than is kept', async () => {
      const first = await behind(undefined);
      note(0);
      const id = (await first.next())?.id ?? '';
      first.close();
      for (let n = 1; n <= 400; n += 1) note(n);
      for (const query of ['?source=web-shop', '']) {
        const second = await behind(id, query);
        const [skipped, next] = await second.take(2);
        expect([skipped, next?.event]).toEqual([
          { id, event: 'skipped', data: `{"id":"${id}","skipped":null}` },
          'duplicate',
        ]);
        second.close();
      }
      // A source that was forgotten as a whole.
      for (let n = 0; n < 200; n += 1) note(n, `source-${String(n)}`);
      expect((await (await behind(id)).next())?.event).toBe('skipped');
    });

    it.each(['0badcafe-3', 'nonsense', '-1'])('says so to a stranger to this process, too: %s', async (id) => {
      note(0);
      const reader = await behind(id);
      expect((await reader.next())?.event).toBe('skipped');
      note(1);
      expect(idOf((await reader.next())?.data)).toBe('t-1');
      reader.close();
    });

    it('is told how many were too many, and loses none by being told', async () => {
      const first = await behind(undefined, '');
      note(-1);
      const id = (await first.next())?.id ?? '';
      first.close();
      // Less than is kept, and more than waits for one reader.
      for (let n = 0; n < 1_010; n += 1) note(n, `source-${String(n % 10)}`);
      const second = await behind(id, '');
      const skipped = await second.next();
      second.close();
      expect(JSON.parse(skipped?.data ?? '')).toMatchObject({ skipped: 10 });
      const third = await behind(skipped?.id, '');
      expect(idOf((await third.next())?.data)).toBe('t-10');
      third.close();
    });
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

describe('the debugger, as every live stream,', () => {
  liveStreamRules({
    path: '/v1/debugger/stream',
    key: keys.watcher,
    role: 'integrator',
    flood: ({ app }, stop) => {
      // As large as an entry can be made from outside.
      const errors = Array.from({ length: 5 }, () => ({
        pointer: `/${'a'.repeat(64)}/${'b'.repeat(64)}`,
        code: 'x',
        detail: '',
      }));
      const entries = app.get(Debugger);
      void (async () => {
        for (; !stop.aborted; await turn())
          for (let n = 0; n < 200; n += 1)
            entries.note('sdk', 'web-shop', { status: 'refused', code: 'invalid', errors });
      })();
    },
  });
});
