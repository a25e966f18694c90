import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { exampleEventData, exampleTouchpoint } from '../../touchpoints/kinds/examples.js';
import { parseTouchpoint } from '../../touchpoints/parse-touchpoint.js';
import { touchpointKinds } from '../../touchpoints/touchpoint-event.js';
import { kinds } from '../../touchpoints/kinds/kinds.js';
import { TouchpointDto } from '../../touchpoints/touchpoint.dto.js';
import { type DtoClass } from '../fields/dto-class.js';
import { fieldsOf } from '../fields/fields-of.js';
import { eventTypes } from '../event-types.js';
import { isObject } from '../personal-plan.js';
import { splitPersonal } from '../split-personal.js';
import { listSchemas, schemaFor, schemaPath } from './schemas.js';

const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false });
addFormats.default(ajv);
ajv.addKeyword({ keyword: 'x-safar-class', schemaType: 'string' });

const compile = (type: string, version: number): ValidateFunction => {
  const schema = schemaFor(type, version);
  if (!schema) throw new Error(`no schema for ${type}`);
  return ajv.getSchema(schemaPath({ type, version })) ?? ajv.compile(schema);
};
const native = compile('touchpoint', 1);
const now = Date.parse('2026-03-10T00:00:00Z');

const examples = touchpointKinds.flatMap((kind) => [
  { kind, language: 'en' as const },
  { kind, language: 'fa' as const },
]);

describe('the schemas', () => {
  it('are there for the native touchpoint and for every type of event', () => {
    expect(listSchemas()).toHaveLength(eventTypes.length + 1);
    for (const { type, version } of listSchemas()) expect(compile(type, version)).toBeInstanceOf(Function);
    expect(schemaFor('touchpoint.purchase', 2)).toBeUndefined();
    expect(schemaFor('constructor', 1)).toBeUndefined();
  });

  it('carry examples that they accept', () => {
    for (const { type, version } of listSchemas()) {
      const carried = schemaFor(type, version)?.['examples'];
      expect(Array.isArray(carried) && carried.length > 0).toBe(true);
      for (const example of Array.isArray(carried) ? carried : [])
        expect({ type, valid: compile(type, version)(example), errors: compile(type, version).errors }).toEqual({
          type,
          valid: true,
          errors: null,
        });
    }
  });

  it('say the class of every member', () => {
    const unclassed: string[] = [];
    const visit = (schema: unknown, path: string): void => {
      if (!isObject(schema)) return;
      if (isObject(schema['properties']))
        for (const [name, member] of Object.entries(schema['properties'])) {
          if (!isObject(member) || !['public', 'personal'].includes(String(member['x-safar-class'])))
            unclassed.push(`${path}.${name}`);
          visit(member, `${path}.${name}`);
        }
      visit(schema['items'], path);
      if (isObject(schema['$defs']))
        for (const [name, part] of Object.entries(schema['$defs'])) visit(part, `${path}#${name}`);
    };
    for (const { type, version } of listSchemas()) visit(schemaFor(type, version), type);
    expect(unclassed).toEqual([]);
  });

  it('do not depend on who asks', () => {
    expect(JSON.stringify(schemaFor('touchpoint', 1))).toBe(JSON.stringify(schemaFor('touchpoint', 1)));
  });
});

describe('the data of an event', () => {
  it.each(examples)('of kind $kind fits its schema, opened, sealed and erased ($language)', ({ kind, language }) => {
    const fits = compile(`touchpoint.${kind}`, 1);
    const data = exampleEventData(kind, language);
    const { open } = splitPersonal(`touchpoint.${kind}`, 1, data);
    for (const form of [data, { ...open, sealed: 'q0Zk' }, open]) {
      fits(form);
      expect(fits.errors).toBeNull();
    }
  });

  it('has no member that its schema does not know', () => {
    expect(compile('touchpoint.visit', 1)({ ...exampleEventData('visit', 'en'), extra: 1 })).toBe(false);
  });
});

type Path = readonly (string | number)[];

const pathsIn = (value: unknown, path: Path = []): readonly Path[] => {
  if (typeof value !== 'object' || value === null) return [path];
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...members.flatMap(([name, member]) => pathsIn(member, [...path, name]))];
};

/** A copy in which the member at a path was replaced; `undefined` removes it. */
const change = (value: unknown, [name, ...rest]: Path, to: (member: unknown) => unknown): unknown => {
  if (name === undefined) return to(value);
  const copy: unknown = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) };
  const container = copy as Record<string | number, unknown>;
  container[name] = change(container[name], rest, to);
  if (container[name] === undefined && !Array.isArray(copy)) Reflect.deleteProperty(container, name);
  return copy;
};

const mutation: fc.Arbitrary<(member: unknown) => unknown> = fc.oneof(
  fc.constant(() => undefined),
  fc
    .constantFrom<unknown>(
      null,
      true,
      false,
      0,
      -1,
      1.5,
      6,
      11,
      2 ** 31,
      2e10,
      2e12,
      '',
      'x',
      '0',
      '0.00',
      '-1',
      '1e3',
      [],
      [[]],
      {},
      [1],
      ['email'],
      [{}],
    )
    .map((value) => () => structuredClone(value)),
  fc
    .constantFrom(35, 36, 40, 41, 64, 65, 127, 128, 129, 200, 201, 256, 257, 300, 301, 2000, 2001, 20_000, 20_001)
    .map((length) => () => 'é'.repeat(length)),
  fc
    .constantFrom(
      ...touchpointKinds,
      'custom:x',
      'custom:',
      'nps',
      'csat',
      'ces',
      'web',
      'GBP',
      'gbp',
      'a\nb',
      'a\u202eb',
      'https://a',
    )
    .map((text) => () => text),
  fc
    .constantFrom('extra', 'score', 'dismissed', 'amount', 'text')
    .map((name) => (member: unknown) => (isObject(member) ? { ...member, [name]: 1 } : { [name]: true })),
  fc
    .constantFrom(10, 11, 50, 51, 2000)
    .map(
      (length) => (member: unknown) =>
        Array.isArray(member) && member.length > 0
          ? Array.from({ length }, () => structuredClone(member[0] as unknown))
          : [member],
    ),
);

/** Values on both sides of every limit of a DTO's members, with the paths to put them at. */
const limitsOf = (dto: DtoClass, at: Path): { path: Path; value: unknown }[] =>
  fieldsOf(dto).flatMap(({ name, rules: ofField, nested, list }) => {
    const path = [...at, name];
    const values = ofField.flatMap(({ name: rule, constraints: [first, second] }): unknown[] => {
      if (rule === 'min' || rule === 'max') return [Number(first) - 1, Number(first), Number(first) + 1];
      if (rule === 'lengthBetween')
        return [0, 1, Number(second), Number(second) + 1].map((length) => '1'.repeat(length));
      return [];
    });
    const inner = nested ? limitsOf(nested, list ? [...path, 0] : path) : [];
    return [...values.map((value) => ({ path, value })), ...inner];
  });

describe('the schema of the native touchpoint', () => {
  it.each(examples)('accepts what the reader accepts ($kind, $language)', ({ kind, language }) => {
    const example = exampleTouchpoint(kind, language);
    native(example);
    expect(native.errors).toBeNull();
    expect(parseTouchpoint(example, now).ok).toBe(true);
  });

  it.each(examples)('and the reader agree on every limit ($kind, $language)', ({ kind, language }) => {
    const example = exampleTouchpoint(kind, language);
    const { details } = kinds[kind];
    const limits = [...limitsOf(TouchpointDto, []), ...(details === 'free' ? [] : limitsOf(details, ['data']))];
    for (const { path, value } of limits) {
      const container = path
        .slice(0, -1)
        .reduce<unknown>((found, name) => (found as Record<string, unknown>)?.[name], example);
      if (typeof container !== 'object') continue;
      const touchpoint = change(example, path, () => value);
      const read = parseTouchpoint(touchpoint, now, { maxBytes: 50_000_000 });
      expect({ path, value, valid: native(touchpoint) }).toEqual({ path, value, valid: read.ok });
    }
  });

  it('and the reader agree on every change of structure', () => {
    const changed = fc.constantFrom(...examples).chain(({ kind, language }) => {
      const example = exampleTouchpoint(kind, language);
      const edit = fc.tuple(fc.constantFrom(...pathsIn(example)), mutation);
      return fc.array(edit, { minLength: 1, maxLength: 2 }).map((edits) =>
        edits.reduce<unknown>((value, [path, to]) => {
          try {
            return change(value, path, to);
          } catch {
            return value; // The first edit took away what the second one wanted to change.
          }
        }, example),
      );
    });
    let accepted = 0;
    fc.assert(
      fc.property(changed, (edited) => {
        // What is sent is JSON: an undefined in a list arrives as null.
        const value: unknown = JSON.parse(JSON.stringify(edited) ?? 'null');
        const read = parseTouchpoint(value, now, { maxBytes: 50_000_000 });
        if (read.ok) accepted++;
        expect({ value, valid: native(value) }).toEqual({ value, valid: read.ok });
      }),
      { numRuns: 1000 },
    );
    // A comparison of refusals alone would prove little.
    expect(accepted).toBeGreaterThan(50);
  });
});
