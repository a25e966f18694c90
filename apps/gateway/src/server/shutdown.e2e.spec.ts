import { Agent, request, type IncomingMessage } from 'node:http';
import { succeed } from '#kernel';
import { as, keys, openGateway, touchpoint, type TestGateway } from '../fixtures/test-gateway.js';
import { Upload } from '../fixtures/upload.js';
import { Draining } from './draining.js';

describe('the shutdown', () => {
  let gateway: TestGateway;
  afterEach(() => gateway.app.close());

  it('lets what is under way finish', async () => {
    gateway = await openGateway({ shutdownTimeoutMs: 300_000 });
    const url = await gateway.listen();
    let release: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => {
      gateway.behind.list = async () => {
        resolve();
        await new Promise<void>((open) => (release = open));
        return succeed({ data: [], page: { next: null, prev: null } });
      };
    });
    // Kept alive on purpose: the connection must not keep the server waiting.
    const agent = new Agent({ keepAlive: true });
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      request(`${url}/v1/customers`, { agent, headers: as(keys.reader) }, resolve)
        .on('error', reject)
        .end();
    });
    await reached;
    const begun = new Promise<void>((resolve) => {
      gateway.app.get(Draining).onBegun(resolve);
    });
    const closed = gateway.app.close();
    await begun;
    release();
    const { statusCode, headers } = (await answer).resume();
    expect([statusCode, headers.connection]).toEqual([200, 'close']);
    await closed;
    agent.destroy();
    await expect(fetch(`${url}/livez`)).rejects.toThrow();
  });

  it('cuts off whoever does not come to an end', async () => {
    gateway = await openGateway({ shutdownTimeoutMs: 50 });
    const sent = new Upload(`${await gateway.listen()}/v1/touchpoints`, {
      ...as(keys.writer),
      'content-type': 'application/x-ndjson',
    });
    await sent.write(`${JSON.stringify(touchpoint('a'))}\n`);
    expect(await sent.line()).toMatchObject({ id: 'a' });
    await gateway.app.close();
    // What was answered stays answered; more does not come.
    await expect(sent.line().then((line) => line ?? Promise.reject(new Error('the end')))).rejects.toThrow();
  });

  it('says that it leaves, and works on until whoever looks at that has seen it', async () => {
    gateway = await openGateway({ shutdownDelayMs: 60_000, writesInFlight: 1 });
    const url = await gateway.listen();
    const draining = gateway.app.get(Draining);
    await draining.check.check();
    void draining.leave();
    const send = () =>
      fetch(`${url}/v1/touchpoints`, {
        method: 'POST',
        headers: { ...as(keys.writer), 'content-type': 'application/json' },
        body: JSON.stringify(touchpoint('a')),
      });
    const told = ({ status, headers }: Response) => [status, headers.get('connection'), headers.get('retry-after')];
    // By the framework, and by the short path.
    expect(told(await fetch(`${url}/v1/customers`, { headers: as(keys.reader) }))).toEqual([200, 'close', null]);
    expect(told(await send())).toEqual([201, 'close', null]);
    expect(told(await fetch(`${url}/readyz`))).toEqual([503, 'close', '5']);
    await expect(draining.check.check()).rejects.toThrow('asked to stop');
    // And what is refused before either.
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const { record } = gateway.behind;
    const reached = new Promise<void>((resolve) => {
      gateway.behind.record = (command) => {
        resolve();
        return held.then(() => record(command));
      };
    });
    const first = send();
    await reached;
    expect(told(await send())).toEqual([503, 'close', expect.any(String)]);
    release();
    expect((await first).status).toBe(201);
  });

  it('tells that it has begun: no new work, not ready, still alive', async () => {
    gateway = await openGateway({ shutdownTimeoutMs: 300_000 });
    const draining = gateway.app.get(Draining);
    draining.beforeApplicationShutdown();
    const get = (url: string) => gateway.app.inject({ url, headers: as(keys.all) });
    const work = await get('/v1/customers');
    expect([work.statusCode, work.json().code, work.headers['retry-after'], work.headers.connection]).toEqual([
      503,
      'shutting_down',
      '5',
      'close',
    ]);
    expect(gateway.behind.reached).toEqual([]);
    expect((await get('/readyz')).statusCode).toBe(503);
    expect((await get('/livez')).statusCode).toBe(200);
    draining.onApplicationShutdown();
  });
});
