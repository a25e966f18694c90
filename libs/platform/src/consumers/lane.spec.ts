import { laneOf } from './lane.js';

const uuids = Array.from(
  { length: 8000 },
  (_, index) => `0198a000-0000-8000-8000-${index.toString(16).padStart(12, '0')}`,
);

describe('the lane of a key', () => {
  it('never changes: checkpoints are kept by it', () => {
    expect(['', 'a', 'customer', uuids[0]!, 'کیف'].map((key) => laneOf(key, 64))).toEqual([25, 60, 0, 34, 51]);
  });

  it('is the only one where there is one', () => {
    expect(uuids.every((key) => laneOf(key, 1) === 0)).toBe(true);
  });

  it.each([2, 3, 4, 16])('spreads keys that differ only at their end over %p lanes', (lanes) => {
    const counts = Array.from({ length: lanes }, () => 0);
    for (const key of uuids) counts[laneOf(key, lanes)]! += 1;
    for (const count of counts) expect(Math.abs(count - uuids.length / lanes)).toBeLessThan(uuids.length / lanes / 5);
  });
});
