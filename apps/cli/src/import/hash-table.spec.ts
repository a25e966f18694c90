import fc from 'fast-check';
import { HashTable, hashOf } from './hash-table.js';

describe('a hash table', () => {
  it('is a Map of numbers, however many it holds', () => {
    const entries = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 2 ** 53 - 1 }), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
      {
        maxLength: 3_000,
      },
    );
    fc.assert(
      fc.property(entries, (pairs) => {
        const table = new HashTable();
        const map = new Map<number, number>();
        for (const [hash, value] of pairs) {
          table.set(hash, value);
          map.set(hash, value);
        }
        expect(table.size).toBe(map.size);
        expect([...map.keys()].map((hash) => table.get(hash))).toEqual([...map.values()]);
      }),
      { numRuns: 10 },
    );
  });

  it('counts', () => {
    const table = new HashTable();
    expect([table.increase(7), table.increase(7), table.increase(8), table.get(7)]).toEqual([0, 1, 0, 2]);
  });
});

describe('the hash of a text', () => {
  it('differs for similar texts, and is never the mark of a free slot', () => {
    const seen = new Set<number>();
    for (let number = 0; number < 200_000; number += 1) seen.add(hashOf(`invoice-${String(number)}`));
    expect(seen.size).toBe(200_000);
    expect(seen.has(0)).toBe(false);
    expect(Math.max(...[...seen].slice(0, 1_000))).toBeGreaterThan(2 ** 45);
  });
});
