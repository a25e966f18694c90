import { getMetadataStorage } from 'class-validator';
import { type DtoClass } from './dto-class.js';
import { type FieldClass, fieldClassesOf } from './field-class.js';
import { type Rule, rules } from './rules.js';
import { type Reading } from './reading.js';
import { meansOptional, nestedDtoOf, readingOf } from './structure.js';

/** What the decorators say of one field of a DTO. */
export interface Field {
  readonly name: string;
  /** Of a list: personal as soon as its items hold anything personal, because a list is sealed whole. */
  readonly fieldClass: FieldClass;
  readonly optional: boolean;
  readonly list: boolean;
  /** Class of the object that it holds, or holds a list of. */
  readonly nested: DtoClass | undefined;
  readonly reading: Reading | undefined;
  readonly rules: readonly Rule[];
}

const known = new WeakMap<object, readonly Field[]>();

/**
 * The fields of a DTO, each classed.
 * @throws when a field has no class or a rule without a meaning: neither may reach the store.
 */
export function fieldsOf(dto: DtoClass): readonly Field[] {
  const before = known.get(dto);
  if (before) return before;
  const fields = namesOf(dto).map((name) => readField(dto, name));
  known.set(dto, fields);
  return fields;
}

export const holdsPersonal = (dto: DtoClass): boolean =>
  fieldsOf(dto).some(({ fieldClass, nested }) => fieldClass === 'personal' || (nested && holdsPersonal(nested)));

const metadataOf = (dto: DtoClass) => getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);

/** Declared properties are own properties of an instance (ECMAScript class fields), so one without any decorator shows too. */
const namesOf = (dto: DtoClass): readonly string[] => [
  ...new Set([
    ...Object.keys(new dto()),
    ...metadataOf(dto).map(({ propertyName }) => propertyName),
    ...fieldClassesOf(dto).keys(),
  ]),
];

function readField(dto: DtoClass, name: string): Field {
  const declared = fieldClassesOf(dto).get(name);
  if (!declared) throw new Error(`${dto.name}.${name} is neither @Public() nor @Personal()`);
  const metadata = metadataOf(dto).filter(({ propertyName }) => propertyName === name);
  const conditions = metadata.filter(({ type }) => type === 'conditionalValidation');
  if (conditions.some(({ constraints }) => !meansOptional(constraints[0])))
    throw new Error(`${dto.name}.${name} has a condition that a JSON Schema cannot tell; use @Optional()`);
  const found = metadata
    .filter((item) => !conditions.includes(item))
    .map(({ name: rule, type, constraints, each }): Rule => ({
      name: rule ?? type,
      constraints: constraints ?? [],
      each,
    }));
  const unknown = found.find((rule) => !(rule.name in rules));
  if (unknown)
    throw new Error(`${dto.name}.${name} has the rule ${unknown.name}, which has no code and no JSON Schema`);
  if (found.length === 0) throw new Error(`${dto.name}.${name} has no rule: anything could be sent as it`);
  const nested = nestedDtoOf(dto, name);
  const list = found.some((rule) => rule.name === 'isArray');
  const personal = declared === 'personal' || (list && nested !== undefined && holdsPersonal(nested));
  return {
    name,
    fieldClass: personal ? 'personal' : 'public',
    optional: conditions.length > 0,
    list,
    nested,
    reading: readingOf(dto, name),
    rules: found,
  };
}
