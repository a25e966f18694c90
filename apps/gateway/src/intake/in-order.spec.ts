import { inOrder } from './in-order.js';

/** Work that the test finishes by hand. */
class Bench {
  readonly started: number[] = [];
  readonly #finish = new Map<number, { resolve: (value: string) => void; reject: (error: Error) => void }>();

  work = (input: number): Promise<string> => {
    this.started.push(input);
    return new Promise((resolve, reject) => this.#finish.set(input, { resolve, reject }));
  };
  finish(input: number): void {
    this.#finish.get(input)?.resolve(`result ${String(input)}`);
  }
  fail(input: number): void {
    this.#finish.get(input)?.reject(new Error(`input ${String(input)} failed`));
  }
}

async function* upTo(count: number, onEnd: () => void = () => undefined): AsyncGenerator<number> {
  try {
    for (let input = 1; input <= count; input += 1) yield await Promise.resolve(input);
  } finally {
    onEnd();
  }
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('work in order', () => {
  it('gives results in the order of the inputs, whichever is finished first', async () => {
    const bench = new Bench();
    const results = inOrder(upTo(3), bench.work, 3);
    const first = results.next();
    await settled();
    for (const input of [3, 2, 1]) bench.finish(input);
    expect([(await first).value, (await results.next()).value, (await results.next()).value]).toEqual([
      'result 1',
      'result 2',
      'result 3',
    ]);
    expect((await results.next()).done).toBe(true);
  });

  it('gives a result as soon as it is there, though no further input is', async () => {
    async function* one() {
      yield 1;
      await new Promise(() => undefined);
    }
    const results = inOrder(one(), (input) => Promise.resolve(input), 4);
    expect((await results.next()).value).toBe(1);
  });

  it('does no more at once than it may', async () => {
    const bench = new Bench();
    const results = inOrder(upTo(10), bench.work, 2);
    const first = results.next();
    await settled();
    expect(bench.started).toEqual([1, 2]);
    bench.finish(2);
    await settled();
    // The second is finished, but its place is free only after the first was given.
    expect(bench.started).toEqual([1, 2]);
    bench.finish(1);
    await first;
    await settled();
    expect(bench.started).toEqual([1, 2]);
    void results.next();
    await settled();
    expect(bench.started).toEqual([1, 2, 3]);
  });

  it('passes a failure on in its turn, and lets go of its inputs', async () => {
    const bench = new Bench();
    const onEnd = jest.fn();
    const results = inOrder(upTo(3, onEnd), bench.work, 3);
    const first = results.next();
    await settled();
    bench.fail(2);
    bench.fail(3);
    await settled();
    bench.finish(1);
    expect((await first).value).toBe('result 1');
    await expect(results.next()).rejects.toThrow('input 2 failed');
    expect(onEnd).toHaveBeenCalledTimes(1);
  });

  it('lets go of its inputs when nobody wants more', async () => {
    const onEnd = jest.fn();
    for await (const result of inOrder(upTo(9, onEnd), (input) => Promise.resolve(input), 2)) if (result === 1) break;
    expect(onEnd).toHaveBeenCalledTimes(1);
  });

  it('has nothing to give where nothing comes in', async () => {
    expect((await inOrder(upTo(0), () => Promise.resolve(0), 2).next()).done).toBe(true);
  });
});
