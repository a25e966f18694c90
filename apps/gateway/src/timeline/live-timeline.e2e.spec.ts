import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fail } from '#kernel';
import { GetCustomer } from '#wiring';
import { EventReader } from '../fixtures/event-reader.js';
import { requestText } from '../fixtures/raw-request.js';
import { liveStreamRules } from '../fixtures/live-stream.conformance.js';
import { as, customerId, entry, keys, openGateway, type TestGateway } from '../fixtures/test-gateway.js';

describe('a live timeline', () => {
  let gateway: TestGateway;
  let url: string;
  const open = async (http: Parameters<typeof openGateway>[0] = {}) => {
    gateway = await openGateway({ shutdownTimeoutMs: 1_000, ...http });
    url = `${await gateway.listen()}/v1/customers/customer_number%3A12347/timeline/stream`;
  };
  afterEach(() => gateway.app.close());
  const read = (query = '', headers: Record<string, string> = {}) =>
    new EventReader(url + query, { ...as(keys.reader), ...headers });

  /** Entries at every position after the one that was asked for, up to a last one; then it waits for the end. */
  const entriesUpTo = (last: bigint) =>
    async function* (_id: string, after: bigint | 'now', signal: AbortSignal) {
      for (let position = after === 'now' ? last : after + 1n; position <= last; position += 1n) yield entry(position);
      if (!signal.aborted) await once(signal, 'abort');
    };

  it('sends each entry with its position as its id', async () => {
    await open();
    gateway.behind.follow = entriesUpTo(3n);
    const reader = read('?after=0');
    const { statusCode, headers } = await reader.response;
    expect([statusCode, headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    const events = await reader.take(3);
    expect(events.map((event) => [event?.id, event?.event])).toEqual([
      ['1', 'entry'],
      ['2', 'entry'],
      ['3', 'entry'],
    ]);
    expect(JSON.parse(events[0]?.data ?? '')).toEqual(entry(1));
    reader.close();
  });

  it('follows the customer whom the reference names, from now on unless told otherwise', async () => {
    await open();
    const asked: unknown[] = [];
    gateway.behind.follow = (id, after, signal) => {
      asked.push(id, after);
      return entriesUpTo(0n)(id, after, signal);
    };
    await read().response;
    await read('?after=17').response;
    expect(asked).toEqual([customerId, 'now', customerId, 17n]);
  });

  it('continues right behind the last event that was seen, over any number of interruptions', async () => {
    await open();
    gateway.behind.follow = entriesUpTo(60n);
    const seen: string[] = [];
    while (seen.length < 60) {
      const last = seen.at(-1);
      // The address stays as it was; what was seen is newer.
      const reader = read('?after=0', last === undefined ? {} : { 'last-event-id': last });
      for (const event of await reader.take(Math.min(7, 60 - seen.length))) seen.push(event?.id ?? '');
      reader.close();
    }
    expect(seen).toEqual(Array.from({ length: 60 }, (_, index) => String(index + 1)));
  });

  it('waits until somebody who was written up to that position can be read', async () => {
    await open();
    const reader = read('?after=99');
    await reader.response;
    expect(gateway.behind.messages).toEqual([
      new GetCustomer({ reference: 'customer_number:12347', minPosition: 99n }),
    ]);
    reader.close();
  });

  it('ends for whoever has gone before it began', async () => {
    await open();
    let signal: AbortSignal | undefined;
    gateway.behind.follow = (id, after, given) => {
      signal = given;
      return entriesUpTo(0n)(id, after, given);
    };
    let known: () => void = () => undefined;
    const found = gateway.behind.customer.bind(gateway.behind, {} as GetCustomer);
    gateway.behind.customer = () =>
      new Promise((resolve) => {
        known = () => {
          void found().then(resolve);
        };
      });
    const gone = new Promise((resolve) => {
      gateway.app.getHttpServer().once('connection', (socket: Socket) => socket.once('close', resolve));
    });
    const { pathname, port } = new URL(url);
    const socket = connect({ port: Number(port), host: '127.0.0.1' });
    socket.write(requestText({ method: 'GET', path: pathname, headers: as(keys.reader) }));
    while (!gateway.behind.reached.includes('GetCustomer')) await pause(5);
    socket.destroy();
    await gone;
    known();
    while (signal === undefined) await pause(5);
    while (!signal.aborted) await pause(5);
    while (gateway.streams() > 0) await pause(5);
  });

  it('is refused before it begins when the customer is unknown or the position is none', async () => {
    await open();
    expect((await read('?after=x').response).statusCode).toBe(400);
    expect((await read('', { 'last-event-id': '-1' }).response).statusCode).toBe(400);
    expect((await read('?since=1').response).statusCode).toBe(400);
    gateway.behind.customer = () => Promise.resolve(fail({ code: 'customer_not_found' }));
    expect((await read().response).statusCode).toBe(404);
    gateway.behind.customer = () => Promise.resolve(fail({ code: 'unknown_position' }));
    const beyond = await read('', { 'last-event-id': '99', 'accept-language': 'fa' }).response;
    expect(beyond.statusCode).toBe(410);
    expect(gateway.behind.reached).not.toContain('TimelineFeed');
  });

  it('stops the feed when its reader goes away', async () => {
    await open();
    const stopped = new Promise<void>((resolve) => {
      gateway.behind.follow = async function* (id, after, signal) {
        signal.addEventListener('abort', () => {
          resolve();
        });
        yield* entriesUpTo(1n)(id, after, signal);
      };
    });
    const reader = read('?after=0');
    await reader.next();
    reader.close();
    await stopped;
  });

  it('holds a bounded amount for a socket that is never read, and cuts it off', async () => {
    await open({ slowReaderTimeoutMs: 300 });
    let produced = 0;
    const stopped = new Promise<void>((resolve) => {
      gateway.behind.follow = async function* (_id, _after, signal) {
        signal.addEventListener('abort', () => {
          resolve();
        });
        while (produced < 1_000) {
          produced += 1;
          yield entry(produced, { details: { text: 'x'.repeat(1_000_000) } });
        }
      };
    });
    const { port, pathname } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1').pause();
    socket.on('error', () => undefined);
    const headers = { host: 'safar', ...as(keys.reader) };
    socket.write(requestText({ method: 'GET', path: `${pathname}?after=0`, headers }));
    await stopped;
    // What both kernels buffer, and one event more.
    expect(produced).toBeLessThan(40);
    socket.destroy();
  });

  it('breaks off when the feed fails, and keeps why to itself', async () => {
    await open();
    gateway.behind.follow = async function* () {
      yield entry(1);
      await Promise.resolve();
      throw new Error('column "secret" does not exist');
    };
    const reader = read('?after=0');
    expect(await reader.take(2)).toMatchObject([{ id: '1' }, undefined]);
    expect(gateway.log()).toContain('a live stream broke off');
    expect(gateway.log()).not.toContain('secret');
  });

  it('is one of a limited number', async () => {
    await open({ liveStreams: 2 });
    const readers = [read(), read()];
    for (const reader of readers) await reader.response;
    const third = await read().response;
    expect([third.statusCode, third.headers['retry-after']]).toEqual([503, '10']);
    readers[0]?.close();
    // Its place is free as soon as the gateway has noticed.
    let status = 503;
    while (status === 503) status = (await read().response).statusCode ?? 0;
    expect(status).toBe(200);
  });

  it('leaves room for other callers', async () => {
    await open({ liveStreams: 22 });
    const readers = Array.from({ length: 20 }, () => read());
    for (const reader of readers) expect((await reader.response).statusCode).toBe(200);
    const refused = await read().response;
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '10']);
    const url = `/v1/customers/${customerId}/timeline/stream`;
    const head = await gateway.app.inject({ method: 'HEAD', url, headers: as(keys.reader) });
    expect(head.statusCode).toBe(200);
    expect((await read('', as(keys.all)).response).statusCode).toBe(200);
    for (const reader of readers) reader.close();
    while (gateway.streams() > 1) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await read().response).statusCode).toBe(200);
  });

  it('gives HEAD its headers and nothing else', async () => {
    await open();
    const answer = await gateway.app.inject({
      method: 'HEAD',
      url: `/v1/customers/${customerId}/timeline/stream`,
      headers: as(keys.reader),
    });
    expect([answer.statusCode, answer.headers['content-type'], answer.body]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      '',
    ]);
    expect(gateway.behind.reached).not.toContain('TimelineFeed');
  });
});

describe('a live timeline, as every live stream,', () => {
  liveStreamRules({
    path: '/v1/customers/customer_number%3A12347/timeline/stream',
    key: keys.reader,
    role: 'agent',
    flood: ({ behind }, stop) => {
      behind.follow = async function* () {
        for (let position = 1; !stop.aborted; position += 1)
          yield entry(position, { details: { text: 'x'.repeat(1_000_000) } });
      };
    },
  });
});
