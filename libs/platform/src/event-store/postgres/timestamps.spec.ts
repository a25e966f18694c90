import fc from 'fast-check';
import { parseTimestamp } from './timestamps.js';

const written = (epochMs: number): string => new Date(epochMs).toISOString().replace('T', ' ').replace('Z', '+00');

describe('a timestamp of the server', () => {
  it.each([
    ['2026-03-04 05:06:07+00', Date.UTC(2026, 2, 4, 5, 6, 7)],
    ['2026-03-04 05:06:07.1+00', Date.UTC(2026, 2, 4, 5, 6, 7, 100)],
    ['2026-03-04 05:06:07.089+00', Date.UTC(2026, 2, 4, 5, 6, 7, 89)],
    ['2026-03-04 05:06:07.089999+00', Date.UTC(2026, 2, 4, 5, 6, 7, 89)],
    ['0001-01-01 00:00:00+00', -62_135_596_800_000],
    ['9999-12-31 23:59:59.999+00', 253_402_300_799_999],
  ])('%s is read', (text, epochMs) => {
    expect(parseTimestamp(text)).toBe(epochMs);
  });

  it('is read as it was written, in every year', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), (epochMs) => {
        expect(parseTimestamp(written(epochMs))).toBe(epochMs);
      }),
      { numRuns: 2_000 },
    );
  });
});
