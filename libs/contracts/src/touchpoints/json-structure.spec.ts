import fc from 'fast-check';
import { itemsOf, structureOf } from './json-structure.js';

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
