import fc from 'fast-check';
import { writtenItems } from '#contracts';
import { readAtOnce, readItem } from './read-item.js';

const written = fc.oneof(
  fc.json(),
  fc.constantFrom('{"a":1,"a":2}', '{"a":{"b":1,"b":":"}}', '{"__proto__":{"x":1}}', '[[1],{"k":[{"k":1}]}]', '"]"'),
  fc.constantFrom('{', '1e999', 'nul', '"\\ud800"', `${'['.repeat(40)}${']'.repeat(40)}`, `"${'x'.repeat(33_000)}"`),
);

describe('an array that is read at once', () => {
  it('has the items that reading each by itself gives, or is not read at once', () => {
    const read = { atOnce: 0, apart: 0 };
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 4 }), (texts) => {
        const body = Buffer.from(`[${texts.join(' ,')}]`);
        const items = writtenItems(body, 100);
        if (typeof items === 'string') return;
        const atOnce = readAtOnce(body, items, 'en');
        read[atOnce === undefined ? 'apart' : 'atOnce'] += 1;
        if (atOnce !== undefined) expect(atOnce).toEqual(items.map(({ bytes }) => readItem(bytes, 'en')));
      }),
      { numRuns: 500 },
    );
    expect(read.atOnce).toBeGreaterThan(50);
    expect(read.apart).toBeGreaterThan(50);
  });

  it('still refuses the one with a member that is there twice, and not its neighbours', () => {
    const body = Buffer.from('[{"a":1},{"a":1,"a":2}]');
    const items = writtenItems(body, 10);
    if (typeof items === 'string') throw new Error(items);
    expect(readAtOnce(body, items, 'en')?.map(({ ok }) => ok)).toEqual([true, false]);
  });
});
