import { eventTypes } from './event-types.js';
import { isObject, type PersonalPlan, planOf, splitBy } from './personal-plan.js';

// Compiled when the module is loaded: a field without a class stops every process that could write or read an event.
const plans: ReadonlyMap<string, ReadonlyMap<number, PersonalPlan>> = new Map(
  eventTypes.map(({ type, version, data, parts }) => [type, new Map([[version, planOf(data, parts)]])]),
);

export interface SplitData {
  readonly open: Readonly<Record<string, unknown>>;
  /** Only the personal members, under the names that lead to them; `undefined` where there are none. */
  readonly personal: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Takes the personal members out of an event's data: a member that is personal whole, a list with anything personal in it whole,
 * and out of other objects member by member.
 * @throws for a type or version that this code does not write: nobody knows what is personal in it.
 */
export function splitPersonal(type: string, schemaVersion: number, data: unknown): SplitData {
  const plan = plans.get(type)?.get(schemaVersion);
  if (!plan) throw new Error(`no field classes are known for ${type} version ${String(schemaVersion)}`);
  if (!isObject(data)) throw new Error(`the data of ${type} is not an object`);
  return splitBy(plan, data);
}

/** Puts back what `splitPersonal` took out. Independent of the event's type, so it serves every version ever stored. */
export function mergePersonal(
  open: Readonly<Record<string, unknown>>,
  personal: unknown,
): Readonly<Record<string, unknown>> {
  if (!isObject(personal)) return open;
  // Member by member: spreading took 6 µs where this takes 0.7.
  const merged: Record<string, unknown> = {};
  for (const name of Object.keys(open)) merged[name] = open[name];
  for (const name of Object.keys(personal)) {
    const beside = open[name];
    const member = personal[name];
    merged[name] = isObject(beside) && isObject(member) ? mergePersonal(beside, member) : member;
  }
  return merged;
}
