import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { type DtoClass } from '../events/fields/dto-class.js';
import { type Field, fieldsOf } from '../events/fields/fields-of.js';
import { exampleTouchpoint } from './kinds/examples.js';
import { kinds } from './kinds/kinds.js';
import { MAX_TOUCHPOINT_BYTES, parseThoroughly, parseTouchpoint } from './parse-touchpoint.js';
import { readCompiled } from './read-compiled.js';
import { TouchpointDto } from './touchpoint.dto.js';
import { touchpointKinds } from './touchpoint-event.js';

const now = Date.parse('2026-03-10T00:00:00Z');

/** Texts on every side of the rules for texts. */
const texts = [
  ...['0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f50', '0F6A1C52-8f0e-8a3b-9d7e-5b1c2d3e4f50'],
  ...['', ' ', '0', '00', '12.30', '-1', '۱۲٫۳۰', '١٢٬٥٠٠٫٥', '1e3', '007', '999999999999999.999999', '0.00', '۰'],
  ...['a', 'Ada', 'a b', 'web-shop', 'email', 'E mail', 'fa', 'en-GB', 'GB', 'IR', 'IRR', 'irr', 'custom:x', 'custom:'],
  ...['image/png', '/p', 'https://shop.example/p?a=1#b', 'javascript:alert(1)', 'ftp://a', 'سلام دنیا', 'س-۱۴۰۵', '😀'],
  ...['a\nb', 'a\u0000b', 'a\u0007', 'a\u2028b', '\u202e12', 'a\u200cb', '\ufeff1', 'a\ud83d', '\ude00b', 'e\u0301'],
  ...['nps', 'csat', 'ces', 'purchase', '__proto__', 'constructor', '[object Object]', 'null', '\u0660'],
];
const times = [
  ...[
    '2026-03-02T10:15:00Z',
    '2026-03-02T10:15:00.000Z',
    '2026-03-02t13:45:00.1234567+03:30',
    '2026-03-02 05:15:00-05:00',
  ],
  ...[
    '۲۰۲۶-۰۳-۰۲T۱۰:۱۵:۰۰Z',
    '2016-12-31T23:59:60Z',
    '2016-12-31T12:00:60Z',
    '2024-02-29T00:00:00.000Z',
    '2026-02-29T00:00:00Z',
  ],
  ...[
    '1899-12-31T23:59:59Z',
    '1900-01-01T00:00:00Z',
    '2199-12-31T23:59:59.999Z',
    '2200-01-01T00:00:00Z',
    '2026-03-02T10:15:00',
  ],
  ...[
    '2026-03-02',
    'lunchtime',
    '2026-03-02T24:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-03-11T00:00:00.001Z',
    '2026-03-02T10:15:00z',
  ],
  ...['2199-12-31T23:30:00-01:00', '1900-01-01T00:30:00+01:00', '2026-03-02T10:15:00,000Z', '2026/03/02T10:15:00Z'],
];
const numbers = [
  ...[0, -0, 1, 5, 7, 10, 11, -1, 1.5, 5e-324, 1e-7, 1e15, 2 ** 31, 2 ** 53 - 1, 2 ** 53, -(2 ** 53), 1e21, 1e300],
  JSON.parse('1e400') as number,
  Number.NaN,
];

const anyValue = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(...texts, ...times, ...numbers, null, true, false) },
  fc.constantFrom<unknown>(
    [],
    {},
    [[]],
    [null],
    [{}],
    { a: { b: [1, -0] } },
    Array(51).fill('web'),
    Array(2001).fill(0),
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.jsonValue({ maxDepth: 3 }),
);

const limitsOf = (field: Field, rule: string): readonly unknown[] | undefined =>
  field.rules.find(({ name }) => name === rule)?.constraints;

/** Mostly what the rules of the field allow, and sometimes what they do not. */
function valueOf(field: Field): fc.Arbitrary<unknown> {
  const { nested, list, reading } = field;
  const [values] = limitsOf(field, 'isIn') ?? limitsOf(field, 'isCurrency') ?? limitsOf(field, 'isCountry') ?? [];
  if (Array.isArray(values)) {
    const one = fc.constantFrom<unknown>(...(values as unknown[]));
    return list ? fc.array(one, { minLength: 1, maxLength: 4 }) : one;
  }
  if (nested && list) return fc.array(objectOf(nested), { minLength: 1, maxLength: 3 });
  if (nested) return objectOf(nested);
  if (reading === 'instant') return fc.constantFrom(...times.slice(0, 4));
  const [min] = limitsOf(field, 'min') ?? [];
  const [max] = limitsOf(field, 'max') ?? [];
  if (min !== undefined)
    return fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: Number(min), max: Number(max) }) },
      fc.constantFrom(-0, Number(min), Number(max), Number(max) + 1),
    );
  if (limitsOf(field, 'isBoolean')) return fc.boolean();
  const [, most = 300] = limitsOf(field, 'lengthBetween') ?? [];
  const [pattern] = limitsOf(field, 'hasPattern') ?? [];
  const fits = (text: string): boolean =>
    text !== '' &&
    text.length <= Number(most) &&
    (pattern === undefined || new RegExp(String(pattern), 'u').test(text));
  const longest = ['x', '1', '😀', 'ی'].map((unit) => unit.repeat(Number(most)));
  return fc.oneof(
    { weight: 60, arbitrary: fc.constantFrom(...texts.filter(fits)) },
    { weight: 4, arbitrary: fc.constantFrom(...longest) },
    { weight: 1, arbitrary: fc.constantFrom(...longest.map((text) => text + text.slice(-1))) },
  );
}

function objectOf(dto: DtoClass): fc.Arbitrary<object> {
  const fields = fieldsOf(dto);
  return fc.record(Object.fromEntries(fields.map((field) => [field.name, valueOf(field)])), {
    requiredKeys: fields.filter(({ optional }) => !optional).map(({ name }) => name),
    noNullPrototype: true,
  });
}

const general = objectOf(TouchpointDto);
const touchpoint = fc.oneof(
  ...touchpointKinds.map((kind) => {
    const { details } = kinds[kind];
    const data = details === 'free' ? fc.dictionary(fc.constantFrom('a', 'text', 'é'), anyValue) : objectOf(details);
    return fc
      .tuple(general, data)
      .map(([frame, own]) => ({ ...frame, kind: kind === 'custom' ? 'custom:x' : kind, data: own }));
  }),
);

type Path = readonly (string | number)[];

const pathsIn = (value: unknown, path: Path = []): readonly Path[] => {
  if (typeof value !== 'object' || value === null) return [path];
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...members.flatMap(([name, member]) => pathsIn(member, [...path, name]))];
};

interface Edit {
  /** Of all the places that the value has, which one. */
  readonly place: number;
  readonly what: 'replace' | 'remove' | 'add' | 'repeat';
  readonly value: unknown;
  readonly name: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  place: fc.double({ min: 0, max: 0.999, noNaN: true }),
  what: fc.constantFrom('replace', 'replace', 'remove', 'add', 'repeat'),
  value: anyValue,
  name: fc.constantFrom('extra', 'text', 'score', 'dismissed', 'data', 'toString', '__proto__', 'a\u0000', '0'),
});

/** A copy with one thing changed in it. */
function edited(value: unknown, { place, what, value: other, name }: Edit): unknown {
  const paths = pathsIn(value);
  const path = paths[Math.floor(place * paths.length)] ?? [];
  const copy: unknown = structuredClone(value);
  const parent = path.slice(0, -1).reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], copy);
  const last = path.at(-1);
  if (last === undefined || typeof parent !== 'object' || parent === null) return other;
  const container = parent as Record<string | number, unknown>;
  const member = container[last];
  if (what === 'replace') container[last] = other;
  else if (what === 'remove' && !Array.isArray(parent)) Reflect.deleteProperty(parent, last);
  else if (what === 'repeat' && Array.isArray(member))
    container[last] = Array.from({ length: 11 }, () => member[0] as unknown);
  else if (what === 'add' && typeof member === 'object' && member !== null)
    // As JSON.parse does it, which sets an own member whatever its name.
    Object.defineProperty(member, name, { value: other, enumerable: true, configurable: true, writable: true });
  return copy;
}

const sent = fc
  .tuple(touchpoint, fc.oneof(fc.constant([]), fc.array(edit, { minLength: 1, maxLength: 2 })))
  .map(([valid, edits]) => edits.reduce<unknown>(edited, valid));

describe('the compiled validators', () => {
  it('accept and refuse what class-validator does, and read the same', () => {
    let accepted = 0;
    let refused = 0;
    const maxBytes = MAX_TOUCHPOINT_BYTES;
    fc.assert(
      fc.property(sent, (value) => {
        const thorough = parseThoroughly(value, Number.POSITIVE_INFINITY, { maxBytes });
        const quick = typeof value === 'object' && value !== null ? readCompiled(value, maxBytes) : undefined;
        if (thorough.ok) accepted++;
        else refused++;
        const expected = thorough.ok ? thorough.value : undefined;
        if (!isDeepStrictEqual(quick, expected)) expect({ value, quick }).toEqual({ value, quick: expected });
        // `toEqual` does not tell -0 from 0 or a class from a plain object.
        return isDeepStrictEqual(quick, expected);
      }),
      { numRuns: 12_000 },
    );
    // A comparison of refusals alone would prove little.
    expect(accepted).toBeGreaterThan(1_500);
    expect(refused).toBeGreaterThan(3_000);
  });

  it('refuse with the errors of class-validator', () => {
    fc.assert(
      fc.property(sent, fc.constantFrom('en' as const, 'fa' as const), (value, language) => {
        expect(parseTouchpoint(value, now, { language })).toEqual(parseThoroughly(value, now, { language }));
      }),
      { numRuns: 500 },
    );
  });

  it('leave what was sent as it was', () => {
    for (const kind of touchpointKinds) {
      const example = exampleTouchpoint(kind, 'fa');
      const before = structuredClone(example);
      expect(readCompiled(example, MAX_TOUCHPOINT_BYTES)).not.toBe(example);
      expect(example).toEqual(before);
    }
  });

  it('know what is too large without counting all of it', () => {
    // A control character is six bytes as JSON, more than any other unit.
    for (const unit of ['x', 'ی', '😀', '\u0007', '"'])
      for (const length of [5_000, 8_000, 10_900, 16_000])
        for (const maxBytes of [10_000, 32_768]) {
          const example = exampleTouchpoint('mention', 'en');
          const value = { ...example, data: { text: unit.repeat(length) } };
          const thorough = parseThoroughly(value, now, { maxBytes });
          expect(readCompiled(value, maxBytes) !== undefined).toBe(thorough.ok);
        }
  });
});
