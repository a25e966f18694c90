import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { type DtoClass } from './dto-class.js';
import { type Field, fieldsOf } from './fields-of.js';
import { type RuleCode, rules } from './rules.js';

/** A rule of a DTO that a value breaks. */
export interface Broken {
  /** Names and indexes from the value down to the member. */
  readonly path: readonly string[];
  readonly code: RuleCode | 'required';
  readonly limits: readonly unknown[];
}

/** More than a person corrects at a time, and few enough to answer 1,000 of them. */
const MAX_BROKEN = 20;

/**
 * Reads a plain object as a DTO: times in UTC, digits folded, every rule checked, nothing that the DTO does not name. `value` is
 * an instance; `plain` makes an object of it.
 */
export function check<T extends object>(
  dto: DtoClass<T>,
  value: object,
): { readonly value: T; readonly broken: readonly Broken[] } {
  const excess = excessOf(dto, value);
  // A parser's cast: nobody uses the value of what is refused.
  if (excess.length > 0) return { value: value as T, broken: excess };
  const instance = plainToInstance(dto, value);
  const errors = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true, stopAtFirstError: true });
  const broken: Broken[] = [];
  for (const error of errors) collect(error, [], dto, broken);
  return { value: instance, broken };
}

/** Lists up to here are for class-validator as a whole. */
const SHORT_LIST = 50;

/**
 * What is wrong with a value that has too much in it: unknown members, or items of a list. class-validator looks at all of it before it
 * answers, which takes 0.05 ms for each item and member; this stops when there is enough to tell. Empty does not mean right.
 */
function excessOf(dto: DtoClass, value: object): readonly Broken[] {
  const fields = new Map(fieldsOf(dto).map((field) => [field.name, field]));
  const unknown = Object.keys(value).filter((name) => !fields.has(name));
  if (unknown.length > MAX_BROKEN) return unknown.slice(0, MAX_BROKEN).map((name) => unknownField([], name));
  for (const [name, member] of Object.entries(value)) {
    const field = fields.get(name);
    if (!field?.nested) continue;
    const broken = Array.isArray(member)
      ? excessOfList(field, field.nested, member)
      : excessOfMember(field.nested, member);
    if (broken.length > 0) return broken.map((one) => ({ ...one, path: [name, ...one.path] }));
  }
  return [];
}

const excessOfMember = (dto: DtoClass, member: unknown): readonly Broken[] =>
  typeof member === 'object' && member !== null ? excessOf(dto, member) : [];

function excessOfList({ rules: own }: Field, item: DtoClass, list: readonly unknown[]): readonly Broken[] {
  const [most] = own.find((rule) => rule.name === 'arrayMaxSize')?.constraints ?? [];
  if (typeof most === 'number' && list.length > most) return [{ path: [], code: 'too_many', limits: [most] }];
  const broken: Broken[] = [];
  const checks = list.length > SHORT_LIST ? brokenItem : excessOfMember;
  for (const [index, member] of list.entries()) {
    for (const one of checks(item, member)) broken.push({ ...one, path: [String(index), ...one.path] });
    if (broken.length >= MAX_BROKEN) break;
  }
  return broken.slice(0, MAX_BROKEN);
}

const brokenItem = (dto: DtoClass, member: unknown): readonly Broken[] =>
  typeof member === 'object' && member !== null && !Array.isArray(member)
    ? check(dto, member).broken
    : [{ path: [], code: 'not_an_object', limits: [] }];

function unknownField(parent: readonly string[], name: string): Broken {
  // A name that is not ours is repeated only where it is short and plain.
  const plain = /^[\w.:-]{1,64}$/.test(name);
  return { path: plain ? [...parent, name] : parent, code: 'unknown_field', limits: [] };
}

function collect(error: ValidationError, parent: readonly string[], dto: DtoClass | undefined, broken: Broken[]): void {
  if (broken.length >= MAX_BROKEN) return;
  const path = [...parent, error.property];
  const field = dto && fieldsOf(dto).find(({ name }) => name === error.property);
  const [name] = Object.keys(error.constraints ?? {});
  if (name === 'whitelistValidation') {
    broken.push(unknownField(parent, error.property));
    return;
  }
  if (name !== undefined) {
    const constraints = field?.rules.find((rule) => rule.name === name)?.constraints ?? [];
    const code = rules[name]?.code(error.value, constraints);
    if (!code) throw new Error(`the rule ${name} has no code`);
    broken.push({ path, code: error.value === undefined ? 'required' : code, limits: constraints });
  }
  // The children of a list are its items, whose children are the item's fields: the DTO is the same one.
  for (const child of error.children ?? []) collect(child, path, field?.nested ?? dto, broken);
}

/** An instance of a DTO as a plain object without its undefined members, and -0 as 0: JSON has no way to tell them apart. */
export function plain(value: unknown): unknown {
  if (value === 0) return 0;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) if (member !== undefined) copy[name] = plain(member);
  return copy;
}
