import { Together } from './together.js';

/** Counts in an answer how many were asked for together; each is answered when it is let. */
function counting() {
  const asked: (readonly string[])[] = [];
  let answer: (() => void) | undefined;
  const together = new Together<string, string>(async (all) => {
    asked.push(all);
    await new Promise<void>((resolve) => (answer = resolve));
    if (all.includes('bad')) throw new Error('refused');
    return all.map((each) => (each === 'late' ? Promise.reject(new Error('too late')) : `${each}!`));
  });
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn++) await new Promise((done) => setImmediate(done));
  };
  return { together, asked, turns, answer: () => answer?.() };
}

describe('asked together', () => {
  it('are those of a turn, and then those who came while they were answered, each for itself', async () => {
    const { together, asked, turns, answer } = counting();
    const first = ['a', 'b'].map((each) => together.ask(each));
    await turns();
    const second = ['c', 'd'].map((each) => together.ask(each));
    await turns();
    expect(asked).toEqual([['a', 'b']]);
    answer();
    expect(await Promise.all(first)).toEqual(['a!', 'b!']);
    await turns();
    expect(asked).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    answer();
    expect(await Promise.all(second)).toEqual(['c!', 'd!']);
  });

  it('fail together where asking fails, and alone where an answer does; others are asked after that', async () => {
    const { together, turns, answer } = counting();
    const outcomes = Promise.allSettled([together.ask('bad'), together.ask('a')]);
    await turns();
    answer();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const others = Promise.allSettled([together.ask('late'), together.ask('a')]);
    await turns();
    answer();
    expect(await others).toMatchObject([{ reason: { message: 'too late' } }, { value: 'a!' }]);
  });

  it('are at most a hundred', async () => {
    const { together, asked, turns, answer } = counting();
    const all = Promise.all(Array.from({ length: 150 }, (_, index) => together.ask(String(index))));
    await turns();
    answer();
    await turns();
    answer();
    expect((await all).at(-1)).toBe('149!');
    expect(asked.map(({ length }) => length)).toEqual([100, 50]);
  });
});
