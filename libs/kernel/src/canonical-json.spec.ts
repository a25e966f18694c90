import fc from 'fast-check';
import { canonicalJson } from './canonical-json.js';

describe('canonical JSON', () => {
  it('is the same whatever the order in which members were set', () => {
    expect(canonicalJson({ b: 1, a: { d: [1, { y: 1, x: 2 }], c: null } })).toBe(
      '{"a":{"c":null,"d":[1,{"x":2,"y":1}]},"b":1}',
    );
  });

  it('sorts members by UTF-16 code units, as RFC 8785 does in its example', () => {
    const names = ['€', '\r', '\ufb33', '1', '😀', '\u0080', 'ö'];
    const text = canonicalJson(Object.fromEntries(names.map((name) => [name, 0])));
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['1', '\r', '\u0080', 'ö', '€', '😀', '\ufb33']);
  });

  it('leaves out members that are undefined and writes bigints as digits', () => {
    expect(canonicalJson({ a: undefined, b: 2n ** 63n })).toBe('{"b":"9223372036854775808"}');
  });

  it('is the same for members that are in order already', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        const ordered: unknown = JSON.parse(text);
        expect(canonicalJson(ordered)).toBe(text);
        // An undefined member keeps it from being written as it is.
        expect(canonicalJson({ a: ordered, b: undefined })).toBe(`{"a":${text}}`);
      }),
    );
  });

  it('does not ask a value how it wants to be written', () => {
    expect(canonicalJson({ a: new Date(0), b: [{ toJSON: () => 'x' }] })).toBe('{"a":{},"b":[{"toJSON":null}]}');
  });

  it('means the value that it was made from', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
