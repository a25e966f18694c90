import { median, pairedRatio, quantile, spreadOf } from './statistics.js';

describe('a quantile', () => {
  it('of an odd number of samples is the one in the middle, in whatever order they came', () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it('lies between its neighbours in proportion', () => {
    expect(median([1, 2, 3, 10])).toBe(2.5);
    expect(quantile([0, 100], 0.99)).toBeCloseTo(99);
  });

  it('orders numbers as numbers', () => {
    expect(quantile([10, 9, 100], 1)).toBe(100);
  });

  it('of nothing is not a number', () => {
    expect(median([])).toBeNaN();
  });
});

it('a spread shows the best and the worst round', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
});

describe('a paired ratio', () => {
  it('compares within rounds, so a round that was slow for everybody changes nothing', () => {
    const ours = new Map([
      [1, 60],
      [2, 6],
      [3, 60],
    ]);
    const theirs = new Map([
      [1, 10],
      [2, 1],
      [3, 10],
    ]);
    expect(pairedRatio(ours, theirs)).toEqual({ median: 6, min: 6, max: 6 });
  });

  it('leaves out rounds that only one of them finished', () => {
    const ours = new Map([
      [1, 4],
      [2, 100],
    ]);
    expect(pairedRatio(ours, new Map([[1, 2]]))?.median).toBe(2);
  });

  it('is absent when they share no round', () => {
    expect(pairedRatio(new Map([[1, 4]]), new Map())).toBeUndefined();
    expect(pairedRatio(new Map([[1, 4]]), new Map([[1, 0]]))).toBeUndefined();
  });
});
