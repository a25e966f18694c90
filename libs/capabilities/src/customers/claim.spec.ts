import { compareClaims, mergeProfiles } from './claim.js';

const claim = (value: string, at: number, position: string) => ({ value, at, position });

describe('a claim', () => {
  it('holds against what happened earlier', () => {
    expect(compareClaims(claim('a', 2, '1'), claim('b', 1, '9'))).toBeGreaterThan(0);
    expect(compareClaims(claim('a', 1, '9'), claim('b', 2, '1'))).toBeLessThan(0);
  });

  it.each([
    ['9', '10'],
    ['2147483648', '2147483649'],
    ['999999999999', '1000000000000'],
  ])('of position %s gives way to one of %s at the same moment', (before, after) => {
    expect(compareClaims(claim('a', 1, before), claim('b', 1, after))).toBeLessThan(0);
    expect(mergeProfiles({ name: claim('b', 1, after) }, { name: claim('a', 1, before) }).name?.value).toBe('b');
  });

  it('stands beside itself', () => {
    expect(compareClaims(claim('a', 1, '5'), claim('a', 1, '5'))).toBe(0);
  });
});
