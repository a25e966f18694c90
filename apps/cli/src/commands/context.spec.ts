import { chosen } from './context.js';

const there = ['customers', 'timeline'];

describe('what a command is for', () => {
  it('is what was named, or all there is', () => {
    expect(chosen(['timeline'], false, there)).toEqual(['timeline']);
    expect(chosen([], true, there)).toEqual(there);
  });

  it('is never a guess', () => {
    for (const [named, all] of [[[], false] as const, [['timeline'], true] as const])
      expect(() => chosen(named, all, there)).toThrow('It is not said which are meant.');
  });
});
