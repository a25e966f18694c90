import { once } from 'node:events';
import { connect } from 'node:net';
import { type TouchpointResult } from '#contracts';
import { requestText } from '../fixtures/raw-request.js';
import { as, customerId, keys, openGateway, type TestGateway, touchpoint } from '../fixtures/test-gateway.js';
import { Upload } from '../fixtures/upload.js';

const rates = { itemsPerSecond: 10, burstItems: 20, anonymousPerSecond: 2, anonymousBurst: 3 };
const ndjson = { ...as(keys.writer), 'content-type': 'application/x-ndjson' };

describe('what a caller may send', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await openGateway({ rates });
  });
  afterEach(() => gateway.app.close());

  const post = (body: unknown, key = keys.writer) =>
    gateway.app.inject({ method: 'POST', url: '/v1/touchpoints', headers: as(key), payload: JSON.stringify(body) });
  const batch = (items: number) => Array.from({ length: items }, (_, index) => touchpoint(`t-${String(index)}`));
  const list = (key: string, headers = {}) =>
    gateway.app.inject({ url: '/v1/customers', headers: { ...as(key), ...headers } });

  it('is told with each answer', async () => {
    const { headers } = await list(keys.reader);
    expect(headers['ratelimit-policy']).toBe('"sustained";q=10;w=1, "burst";q=20;w=60');
    expect(headers.ratelimit).toBe('"sustained";r=9;t=1, "burst";r=20;t=60');
  });

  it('is told with problems and with refusals too', async () => {
    const wrong = await gateway.app.inject({ url: '/v1/customers?limit=0', headers: as(keys.reader) });
    expect([wrong.statusCode, wrong.headers.ratelimit]).toEqual([400, expect.stringContaining('r=9')]);
  });

  it('is counted by items: a batch counts as what is in it, before any of them is worked on', async () => {
    const { statusCode, headers } = await post(batch(8));
    expect([statusCode, headers.ratelimit]).toEqual([200, expect.stringContaining('"sustained";r=2')]);
    gateway.behind.reached.splice(0);
    const refused = await post(batch(31));
    expect([refused.statusCode, refused.json().code]).toEqual([429, 'rate_limited']);
    expect(refused.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    expect(gateway.behind.reached).toEqual([]);
  });

  it('goes beyond the second by what was saved up, and not beyond that', async () => {
    const statuses: number[] = [];
    // A second may pass in between, which allows ten more.
    for (let times = 0; times < 45; times += 1) statuses.push((await list(keys.reader)).statusCode);
    expect(statuses.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 200));
    expect(statuses).toContain(429);
    expect((await list(keys.all)).statusCode).toBe(200);
  });

  it('costs nothing when it is refused', async () => {
    expect((await post(batch(31))).statusCode).toBe(429);
    expect((await post(batch(15))).statusCode).toBe(200);
  });

  it('is held back in a stream, not refused', async () => {
    const upload = new Upload(`${await gateway.listen()}/v1/touchpoints`, ndjson);
    for (const item of batch(35)) await upload.write(`${JSON.stringify(item)}\n`);
    upload.end();
    const results = await upload.rest();
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 35 }, () => 'accepted'));
  });

  it('is asked by probes for ever', async () => {
    for (let times = 0; times < 20; times += 1) {
      const { statusCode, headers } = await gateway.app.inject('/livez');
      expect([statusCode, headers.ratelimit]).toEqual([200, undefined]);
    }
  });

  it('is little for an address that does not say who calls', async () => {
    const statuses: number[] = [];
    for (let times = 0; times < 12; times += 1) statuses.push((await gateway.app.inject('/v1/schemas')).statusCode);
    expect([statuses[0], statuses.at(-1)]).toEqual([200, 429]);
    // Others are not meant.
    expect((await gateway.app.inject({ url: '/v1/schemas', remoteAddress: '203.0.113.7' })).statusCode).toBe(200);
    expect((await list(keys.reader)).statusCode).toBe(200);
  });

  it('is little for whoever tries keys', async () => {
    const answers = [];
    for (let times = 0; times < 12; times += 1) answers.push(await list(`safar_made-up-${String(times)}`));
    expect([answers[0]?.statusCode, answers.at(-1)?.statusCode]).toEqual([401, 429]);
    expect(answers.at(-1)?.headers).toMatchObject({ 'retry-after': expect.stringMatching(/^[1-9]\d*$/) });
    expect(answers.at(-1)?.headers['www-authenticate']).toBeUndefined();
    expect(answers.at(-1)?.json()).toMatchObject({ status: 429, code: 'rate_limited' });
  });

  it('counts a network of IPv6 as one, and believes nobody who is not trusted about an address', async () => {
    const from = (remoteAddress: string, forwarded: string) =>
      gateway.app.inject({ url: '/v1/schemas', remoteAddress, headers: { 'x-forwarded-for': forwarded } });
    const statuses: number[] = [];
    for (let host = 0; host < 12; host += 1)
      statuses.push((await from(`2001:db8:1:2::${host.toString(16)}`, `198.51.100.${String(host)}`)).statusCode);
    expect(statuses.at(-1)).toBe(429);
    expect((await from('2001:db8:1:3::1', '')).statusCode).toBe(200);
  });
});

describe('behind a trusted proxy', () => {
  it('addresses are those that it tells', async () => {
    const gateway = await openGateway({ rates, trustedProxies: ['10.0.0.0/8'] });
    const statuses: number[] = [];
    for (let host = 0; host < 12; host += 1) {
      const headers = { 'x-forwarded-for': `198.51.100.${String(host)}` };
      statuses.push((await gateway.app.inject({ url: '/v1/schemas', remoteAddress: '10.1.1.1', headers })).statusCode);
    }
    expect(statuses).toEqual(Array.from({ length: 12 }, () => 200));
    await gateway.app.close();
  });
});

describe('more writes than there is room for', () => {
  let gateway: TestGateway;
  let url: string;
  let release: () => void;
  beforeEach(async () => {
    gateway = await openGateway({ writesInFlight: 16, itemsInFlight: 100, uploadsInFlight: 2 });
    url = `${await gateway.listen()}/v1/touchpoints`;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    gateway.behind.record = async ({ touchpoints }) => {
      await released;
      return touchpoints.map((): TouchpointResult => {
        return { status: 'accepted', id: 't', eventId: customerId, customerId, position: '1' };
      });
    };
  });
  afterEach(async () => {
    release();
    await gateway.app.close();
  });

  const post = (body: unknown, headers: Record<string, string> = as(keys.writer)) =>
    fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const reached = async (count: number) => {
    while (gateway.behind.reached.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  it('are refused before anything of them is looked at, and told when to come back', async () => {
    const first = Array.from({ length: 16 }, () => post(touchpoint('t')));
    await reached(16);
    const refused = await post('nonsense', { authorization: 'nonsense', 'accept-language': 'fa' });
    expect(refused.status).toBe(503);
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'retry-after': expect.stringMatching(/^[1-3]$/),
      'content-type': 'application/problem+json; charset=utf-8',
      'content-language': 'fa',
      'x-request-id': expect.any(String),
    });
    expect(await refused.json()).toMatchObject({ code: 'overloaded', status: 503, title: 'بار بیش از اندازه' });
    // The script of a page may read that too, where it sends events.
    const page = { ...as(keys.writer), origin: 'https://shop.example' };
    const fromPage = await fetch(new URL('/v1/t', url), { method: 'POST', headers: page, body: '{}' });
    expect(fromPage.status).toBe(503);
    expect(Object.fromEntries(fromPage.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'retry-after',
    });
    expect((await post('nonsense', page)).headers.has('access-control-allow-origin')).toBe(false);
    // Whoever reads is not meant.
    expect((await fetch(new URL('/v1/customers', url), { headers: as(keys.reader) })).status).toBe(200);
    release();
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual(Array.from({ length: 16 }, () => 201));
    expect((await post(touchpoint('t'))).status).toBe(201);
  });

  it('leave with their connection, also where they wait behind others on it', async () => {
    const headers = { ...as(keys.writer), 'content-type': 'application/json', connection: 'keep-alive' };
    const path = '/v1/touchpoints';
    const text = requestText({ method: 'POST', path, headers, body: JSON.stringify(touchpoint('t')) });
    for (const round of [1, 2, 3]) {
      const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
      socket.write(text.repeat(16));
      await reached(round * 16);
      const closed = once(socket, 'close');
      socket.destroy();
      await closed;
      release();
    }
    expect((await post(touchpoint('t'))).status).toBe(201);
  });

  it('are let in again when the ones before have gone without waiting for an answer', async () => {
    const going = new AbortController();
    const headers = as(keys.writer);
    const body = JSON.stringify(touchpoint('t'));
    const gone = Array.from({ length: 16 }, () =>
      fetch(url, { method: 'POST', headers, body, signal: going.signal }).catch(() => 'gone'),
    );
    await reached(16);
    going.abort();
    expect(await Promise.all(gone)).toEqual(Array.from({ length: 16 }, () => 'gone'));
    release();
    let status = 503;
    for (let tries = 0; tries < 100 && status === 503; tries += 1) status = (await post(touchpoint('t'))).status;
    expect(status).toBe(201);
  });

  it('give their places to others while they do not come, and are refused when there is none any more', async () => {
    const headers = { ...as(keys.writer), 'content-type': 'application/json' };
    const body = JSON.stringify(touchpoint('t'));
    const text = requestText({ method: 'POST', path: '/v1/touchpoints', headers, body });
    const slow = await Promise.all(
      Array.from({ length: 16 }, async () => {
        const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
        await once(socket, 'connect');
        socket.write(text.slice(0, -1));
        return socket;
      }),
    );
    // Refused until those that are slow have lost their places.
    const untilTaken = async (): Promise<Response> => {
      for (;;) {
        const answer = await post(touchpoint('t'));
        if (answer.status !== 503) return answer;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const others = Array.from({ length: 16 }, untilTaken);
    await reached(16);
    const [socket] = slow;
    socket?.write(text.slice(-1));
    const [answer] = socket ? ((await once(socket, 'data')) as [Buffer]) : [];
    expect(String(answer)).toMatch(/^HTTP\/1.1 503 [^]*retry-after: [1-3]\r\n/i);
    release();
    expect((await Promise.all(others)).map(({ status }) => status)).toEqual(Array.from({ length: 16 }, () => 201));
    for (const each of slow) each.destroy();
  });

  it('are counted by their items, and a large one is taken when there is nothing else', async () => {
    const batch = (items: number) => Array.from({ length: items }, () => touchpoint('t'));
    const large = post(batch(200));
    await reached(1);
    const refused = await post(batch(50));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^[1-3]$/)]);
    release();
    expect((await large).status).toBe(200);
  });

  it('are held back when they are streams, up to a number of streams', async () => {
    const single = post(Array.from({ length: 100 }, () => touchpoint('t')));
    await reached(1);
    const uploads = [1, 2].map(() => new Upload(url, ndjson));
    for (const upload of uploads) upload.end(`${JSON.stringify(touchpoint('t'))}\n`);
    let third = 200;
    // The first two may not have arrived yet.
    for (let tries = 0; tries < 100 && third !== 503; tries += 1) {
      const upload = new Upload(url, ndjson);
      upload.offer('\n');
      const answer = upload.response().then(({ statusCode = 0 }) => statusCode);
      third = await Promise.race([answer, new Promise<number>((resolve) => setTimeout(resolve, 50, 0))]);
      upload.breakOff();
    }
    expect(third).toBe(503);
    expect(gateway.behind.reached).toHaveLength(1);
    release();
    expect((await single).status).toBe(200);
    for (const upload of uploads) expect(await upload.line()).toMatchObject({ status: 'accepted' });
  });
});

describe('the uploads of one caller', () => {
  it('are a part of all that there may be, and give their places back', async () => {
    const gateway = await openGateway({ uploadsInFlight: 8 });
    const url = `${await gateway.listen()}/v1/touchpoints`;
    const { record } = gateway.behind;
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    gateway.behind.record = async (command) => {
      await released;
      return record(command);
    };
    const begin = (key: string) => {
      const upload = new Upload(url, { ...ndjson, ...as(key) });
      upload.end(`${JSON.stringify(touchpoint('t'))}\n`);
      return upload;
    };
    const uploads = [begin(keys.writer), begin(keys.writer)];
    while (gateway.behind.reached.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const refused = await begin(keys.writer).response();
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '10']);
    uploads.push(begin(keys.all));
    release();
    for (const upload of uploads) expect(await upload.rest()).toMatchObject([{ status: 'accepted' }]);
    // Free as soon as the gateway has noticed the end.
    let status: number | undefined = 429;
    for (let tries = 0; tries < 100 && status === 429; tries += 1)
      status = (await begin(keys.writer).response()).statusCode;
    expect(status).toBe(200);
    await gateway.app.close();
  });
});
