import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { type DtoClass } from './dto-class.js';
import { fieldsOf } from './fields-of.js';
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
  const instance = plainToInstance(dto, value);
  const errors = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true, stopAtFirstError: true });
  const broken: Broken[] = [];
  for (const error of errors) collect(error, [], dto, broken);
  return { value: instance, broken };
}

function collect(error: ValidationError, parent: readonly string[], dto: DtoClass | undefined, broken: Broken[]): void {
  if (broken.length >= MAX_BROKEN) return;
  const path = [...parent, error.property];
  const field = dto && fieldsOf(dto).find(({ name }) => name === error.property);
  const [name] = Object.keys(error.constraints ?? {});
  if (name === 'whitelistValidation') {
    // A name that is not ours is repeated only where it is short and plain.
    const plain = /^[\w.:-]{1,64}$/.test(error.property);
    broken.push({ path: plain ? path : parent, code: 'unknown_field', limits: [] });
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
