import fc from 'fast-check';
import { itemsOf, placesOf, structureOf } from './json-structure.js';

const bytes = (text: string) => Buffer.from(text);

/** By the definition, over the value. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const within = Object.values(value);
  return within.reduce((sum: number, member) => sum + membersOf(member), Array.isArray(value) ? 0 : within.length);
}

describe('the structure of a JSON text', () => {
  it('is what its value has', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 6, noUnicodeString: false }),
        fc.constantFrom(undefined, 2),
        (value, indent) => {
          const text = JSON.stringify(value, null, indent);
          expect(structureOf(bytes(text))).toEqual({
            depth: depthOf(JSON.parse(text)),
            members: membersOf(JSON.parse(text)),
          });
        },
      ),
    );
  });

  it('has more members than its value where a name is there twice', () => {
    expect(structureOf(bytes('{"a":1,"a":{"b":":"}}'))).toEqual({ depth: 2, members: 3 });
  });

  it('ends with the text, also inside of a string', () => {
    for (const text of ['"', '"\\', '{"a', '[[[', '\\', ''])
      expect(structureOf(bytes(text)).depth).toBeLessThanOrEqual(3);
  });
});

describe('the items of a JSON array', () => {
  const read = (text: string, most = 100) => {
    const items = itemsOf(bytes(text), most);
    return typeof items === 'string' ? items : items.map((item) => Buffer.from(item).toString());
  };

  it('are those of its value, as they were written', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue({ noUnicodeString: false }), { maxLength: 20 }),
        fc.constantFrom('', ' ', '\n\t'),
        (values, space) => {
          const text = `${space}[${space}${values.map((value) => JSON.stringify(value) + space).join(`,${space}`)}]${space}`;
          const items = read(text);
          if (typeof items === 'string') throw new Error(items);
          expect(items.map((item) => JSON.parse(item))).toEqual(JSON.parse(text));
        },
      ),
    );
  });

  it('keep a bad one to itself', () => {
    expect(read('[1, {"a": nonsense}, "x]\\",[", 2]')).toEqual(['1', '{"a": nonsense}', '"x]\\",["', '2']);
  });

  it.each(['', '{}', '1', '[', '[1', '[1,', '["]', '[1,]', '[,1]', '[,]', '[1]]', '[1] 2', '[1}', '[[1]', ']'])(
    'are not there in %j',
    (text) => {
      expect(read(text)).toBe('malformed');
    },
  );

  it('are not more than there may be', () => {
    expect(read('[1,2,3]', 3)).toHaveLength(3);
    expect(read('[1,2,3,4]', 3)).toBe('too-many');
    // Long before its end is looked for.
    expect(read(`[${'1,'.repeat(10_000)}`, 3)).toBe('too-many');
  });
});

describe('the places of members', () => {
  it('are those of their values in any object', () => {
    const names = ['batch', 'writeKey', 'context'] as const;
    const object = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(object, fc.constantFrom(undefined, 2), (value, indent) => {
        const text = Buffer.from(JSON.stringify(value, null, indent));
        const found = [...placesOf(text, names)].map(([name, { start, end }]) => [
          name,
          JSON.parse(text.subarray(start, end).toString()) as unknown,
        ]);
        const had = Object.entries(JSON.parse(text.toString()) as object);
        expect(Object.fromEntries(found)).toEqual(
          Object.fromEntries(had.filter(([name]) => names.some((each) => each === name))),
        );
      }),
    );
  });

  it('are only those of the object itself, and end with the text', () => {
    expect([...placesOf(bytes('{"a":{"b":1},"b":[{"a":2}]}'), ['b'])]).toEqual([['b', { start: 17, end: 26 }]]);
    for (const text of ['', '{', '{"', '{"b', '{"b"', '{"b":', '{"b":"', '{"b":[', '[{"b":1}]', '{,"b":1}', 'nul'])
      for (const { end } of placesOf(bytes(text), ['b']).values()) expect(end).toBeLessThanOrEqual(text.length);
  });
});
