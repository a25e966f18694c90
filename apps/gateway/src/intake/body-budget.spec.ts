import { BodyBudget } from './body-budget.js';

describe('the room for bodies', () => {
  let budget: BodyBudget;
  let refused: string[];
  beforeEach(() => {
    jest.useFakeTimers();
    budget = new BodyBudget(100_000, { bytesPerSecond: 1_000, graceMs: 10_000 });
    refused = [];
  });
  afterEach(() => jest.useRealTimers());

  const arriving = (name: string, bytes: number) => {
    expect(budget.take(bytes)).toBe(true);
    const body = budget.await(() => {
      refused.push(name);
      budget.giveBack(bytes);
    });
    body.came(bytes);
    return body;
  };

  it('is there for others when senders say nothing more, after ten seconds, however much they sent before', () => {
    for (const name of ['a', 'b', 'c', 'd']) arriving(name, 25_000);
    jest.advanceTimersByTime(10_000);
    expect([budget.take(1), refused]).toEqual([false, []]);
    jest.advanceTimersByTime(1);
    // No more of them than somebody needs the room of.
    expect([budget.take(30_000), refused]).toEqual([true, ['a', 'b']]);
    expect(budget.used).toBe(80_000);
  });

  it('is nobody else’s as long as nobody needs it, or the sender keeps up', () => {
    const [slow, fast] = [arriving('slow', 50_000), arriving('fast', 50_000)];
    for (let second = 0; second < 20; second += 1) {
      jest.advanceTimersByTime(1_000);
      slow.came(900);
      fast.came(1_000);
    }
    expect(refused).toEqual([]);
    jest.advanceTimersByTime(8_500);
    expect([budget.take(1), refused]).toEqual([true, ['slow']]);
  });

  it('of files is a part of it: they leave the rest to others, and give theirs back when others need it', () => {
    const files = new BodyBudget(50_000, { bytesPerSecond: 1_000, graceMs: 10_000 }, budget);
    expect([files.take(40_000), files.take(20_000), budget.used]).toEqual([true, false, 40_000]);
    files.await(() => {
      refused.push('file');
      files.giveBack(40_000);
    });
    expect([budget.take(60_000), budget.take(1)]).toEqual([true, false]);
    jest.advanceTimersByTime(10_001);
    expect([budget.take(1), refused, files.used, budget.used]).toEqual([true, ['file'], 0, 60_001]);
    // What the whole has no room for, a part has none for either.
    expect([files.take(50_000), files.used, files.take(39_999)]).toEqual([false, 0, true]);
  });

  it('is not asked back from a body that is there', () => {
    arriving('whole', 100_000).done();
    jest.advanceTimersByTime(60_000);
    expect([budget.take(1), refused]).toEqual([false, []]);
  });
});
