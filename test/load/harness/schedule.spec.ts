import { rotated } from './schedule.js';

describe('the order of a round', () => {
  it('begins with another contestant each time', () => {
    const names = ['a', 'b', 'c'];
    expect([1, 2, 3, 4].map((round) => rotated(names, round).join(''))).toEqual(['abc', 'bca', 'cab', 'abc']);
  });

  it('of nobody is empty', () => {
    expect(rotated([], 3)).toEqual([]);
  });
});
