import { Partitioners } from 'kafkajs';
import fc from 'fast-check';
import { partitionOf } from './partition.js';

describe('the partition of a key', () => {
  it('never changes: what is stored hangs on it', () => {
    const keys = ['', 'a', '0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f50', 'persona-1', 'کیف'];
    expect(keys.map((key) => partitionOf(key, 12))).toEqual([9, 4, 5, 10, 7]);
  });

  it('is the one that Kafka clients choose', () => {
    const choose = Partitioners.DefaultPartitioner();
    const partitions = (count: number) =>
      Array.from({ length: count }, (_, partitionId) => ({
        ...{ partitionId, leader: 1, partitionErrorCode: 0 },
        ...{ replicas: [], isr: [], offlineReplicas: [] },
      }));
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 64 }), (key, count) => {
        const message = { key, value: '' };
        expect(partitionOf(key, count)).toBe(choose({ topic: 't', partitionMetadata: partitions(count), message }));
      }),
      { numRuns: 500 },
    );
  });
});
