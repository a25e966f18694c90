import { openGateway, type TestGateway } from '../fixtures/test-gateway.js';

describe('health', () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await openGateway();
  });
  afterEach(() => gateway.app.close());
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

  it('asks once a second, however many ask it', async () => {
    jest.useFakeTimers({ advanceTimers: false, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    let asked = 0;
    gateway.behind.checks = [{ name: 'store', check: () => Promise.resolve(void (asked += 1)) }];
    const crowd = () => Promise.all(Array.from({ length: 20 }, ready));
    const answers = [...(await crowd()), ...(await crowd())];
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    expect(asked).toBe(1);
    await jest.advanceTimersByTimeAsync(1_000);
    await crowd();
    jest.useRealTimers();
    expect(asked).toBe(2);
  });

  it('does not begin a check again that still goes on', async () => {
    jest.useFakeTimers({ advanceTimers: false, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    let asked = 0;
    gateway.behind.checks = [{ name: 'store', check: () => new Promise(() => void (asked += 1)) }];
    for (let round = 0; round < 3; round++) {
      const answer = ready();
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      await jest.advanceTimersByTimeAsync(2_000);
      expect((await answer).statusCode).toBe(503);
      await jest.advanceTimersByTimeAsync(1_000);
    }
    jest.useRealTimers();
    expect(asked).toBe(1);
  });
});
