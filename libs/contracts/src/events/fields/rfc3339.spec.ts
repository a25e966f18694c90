import fc from 'fast-check';
import { parseTime, toUtc } from './rfc3339.js';

const two = (most: number) => fc.integer({ min: 0, max: most }).map((number) => String(number).padStart(2, '0'));
const usual = fc
  .tuple(
    fc.integer({ min: 1880, max: 2210 }),
    two(13),
    two(32),
    two(25),
    two(61),
    two(61),
    fc.constantFrom('', '.000', '.5', '.123', '.1234'),
  )
  .map(
    ([year, month, day, hour, minute, second, fraction]) =>
      `${String(year)}-${month}-${day}T${hour}:${minute}:${second}${fraction}Z`,
  );

describe('the usual form of a time', () => {
  it('is read as every other form is', () => {
    let times = 0;
    fc.assert(
      fc.property(usual, (text) => {
        // An offset of zero means the same and is not of the usual form.
        const read = parseTime(text);
        expect(read).toEqual(parseTime(text.replace('Z', '+00:00')));
        if ('epochMs' in read) times++;
        expect(toUtc(text)).toBe('epochMs' in read ? new Date(read.epochMs).toISOString() : text);
        // What was read last is remembered, in either spelling.
        expect(parseTime(toUtc(text))).toEqual(read);
        expect(parseTime(text)).toEqual(read);
      }),
      { numRuns: 5_000 },
    );
    expect(times).toBeGreaterThan(1_000);
  });

  it('is not taken for the one that was read before it', () => {
    const before = '2026-03-02T10:15:00.000Z';
    for (const [index, digit] of [...before].entries()) {
      if (!/\d/.test(digit)) continue;
      const changed = before.slice(0, index) + String((Number(digit) + 1) % 10) + before.slice(index + 1);
      parseTime(before);
      expect(parseTime(changed)).toEqual(parseTime(changed.replace('Z', '+00:00')));
    }
  });

  it('has no other characters in its places', () => {
    const text = '2026-03-02T10:15:00.000Z';
    for (let index = 0; index < text.length; index++)
      for (const other of ['/', ':', 'x', ' ', '\u06f1', '\u0660']) {
        const changed = text.slice(0, index) + other + text.slice(index + 1);
        expect({ changed, read: parseTime(changed) }).toEqual({
          changed,
          read: parseTime(changed.replace('Z', '+00:00')),
        });
      }
  });
});
