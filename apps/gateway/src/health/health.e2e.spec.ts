import { openGateway, type TestGateway } from '../fixtures/test-gateway.js';

describe('health', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await openGateway();
  });
  afterAll(() => gateway.app.close());
  const ready = () => gateway.app.inject('/readyz');

  it('is asked for without a key', async () => {
    expect((await gateway.app.inject('/livez')).json()).toEqual({ status: 'alive' });
    expect((await ready()).json()).toEqual({ status: 'ready', checks: [{ name: 'handlers', ok: true }] });
  });

  it('names the check that fails, and keeps why to the log', async () => {
    gateway.behind.checks = [
      { name: 'store', check: () => Promise.reject(new Error('password authentication failed for user "safar"')) },
    ];
    const answer = await ready();
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('5');
    expect(answer.json()).toMatchObject({ code: 'unavailable', checks: [{ name: 'handlers', ok: false }] });
    expect(answer.body).not.toContain('password');
    expect(gateway.log()).toContain('not ready');
  });

  it('takes a check that never answers for one that fails', async () => {
    jest.useFakeTimers({ advanceTimers: true, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    gateway.behind.checks = [{ name: 'store', check: () => new Promise(() => undefined) }];
    const answer = ready().then(({ statusCode }) => statusCode);
    await jest.advanceTimersByTimeAsync(3_000);
    jest.useRealTimers();
    expect(await answer).toBe(503);
  });
});
