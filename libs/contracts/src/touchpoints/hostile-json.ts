import { type FieldErrorCode, pointerTo } from './field-errors.js';

/** The deepest DTO is 5 levels (data, items, item, unitPrice, amount); custom data may have some of its own. */
export const MAX_DEPTH = 10;
const MAX_LIST = 2000;
/** U+0000 cannot be kept in PostgreSQL's jsonb, a lone surrogate not in UTF-8. */
const UNREADABLE = /\p{Cs}|\u{0}/u;
const MAX_NAME = 100;

/** What makes a value unfit to be looked at any further. */
export interface Hostility {
  readonly pointer: string;
  readonly code: FieldErrorCode;
  readonly limits: readonly unknown[];
}

/**
 * The first thing in a JSON value that no later step should ever see: names that reach a prototype, depth, numbers and text
 * that do not survive storage. Names are checked against everything that `Object.prototype` has, because validators look names
 * up in plain objects, where `hasOwnProperty` would be found.
 */
export function findHostility(value: unknown, depth = 0): Hostility | undefined {
  switch (typeof value) {
    case 'boolean':
      return undefined;
    case 'string':
      return UNREADABLE.test(value) ? hostile('unreadable_text') : undefined;
    case 'number':
      return isExact(value) ? undefined : hostile('number_out_of_range');
    case 'object':
      if (value === null) return undefined;
      if (depth >= MAX_DEPTH) return hostile('too_deep', MAX_DEPTH);
      return Array.isArray(value) ? inList(value, depth) : inObject(value, depth);
    case 'bigint':
    case 'function':
    case 'symbol':
    case 'undefined':
      return hostile('not_json');
  }
}

const hostile = (code: FieldErrorCode, ...limits: readonly unknown[]): Hostility => ({ pointer: '', code, limits });

/** Pointers are made on the way back, so that a harmless value pays for none. */
const below = (name: string | number, found: Hostility): Hostility => ({
  ...found,
  pointer: pointerTo('', name) + found.pointer,
});

/** Fractions are as exact as a double is; whole numbers beyond 2^53 have been rounded already. */
const isExact = (value: number): boolean =>
  Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));

function inList(items: readonly unknown[], depth: number): Hostility | undefined {
  if (items.length > MAX_LIST) return hostile('too_many', MAX_LIST);
  for (const [index, item] of items.entries()) {
    const found = findHostility(item, depth + 1);
    if (found) return below(index, found);
  }
  return undefined;
}

function inObject(value: object, depth: number): Hostility | undefined {
  for (const [name, member] of Object.entries(value)) {
    if (name in Object.prototype || name.length > MAX_NAME || UNREADABLE.test(name)) return hostile('forbidden_name');
    if (member === undefined) continue;
    const found = findHostility(member, depth + 1);
    if (found) return below(name, found);
  }
  return undefined;
}
