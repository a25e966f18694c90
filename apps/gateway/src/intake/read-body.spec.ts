import { type IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { BodyBudget } from './body-budget.js';
import { withBody } from './read-body.js';

/** A request whose body comes when the test writes it. */
const arriving = () =>
  Object.assign(new PassThrough(), { headers: {}, complete: false, socket: {} }) as unknown as IncomingMessage &
    PassThrough;

describe('a body that is awaited', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('makes room for another when its sender has fallen silent, and all of the budget comes back', async () => {
    const budget = new BodyBudget(100);
    const read = (message: IncomingMessage) =>
      withBody(message, { limitBytes: 100, budget }, (body) => Promise.resolve(body.length));
    const [silent, other] = [arriving(), arriving()];
    const first = read(silent).catch((error: unknown) => error);
    silent.write(Buffer.alloc(99));
    await jest.advanceTimersByTimeAsync(10_001);
    const second = read(other);
    other.end(Buffer.alloc(80));
    expect(await second).toBe(80);
    expect(await first).toMatchObject({ code: 'overloaded' });
    expect(budget.used).toBe(0);
  });
});
