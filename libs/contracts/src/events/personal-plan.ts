import { type DtoClass } from './fields/dto-class.js';
import { fieldsOf } from './fields/fields-of.js';

/** Where the personal members of an object are: for each member its class, or the plan of the object that it holds. */
export type PersonalPlan = ReadonlyMap<string, 'public' | 'personal' | PersonalPlan>;

/** `free`: an object in which everything is personal. */
export type PartDto = DtoClass | 'free';

const everythingPersonal: PersonalPlan = new Map();

/**
 * The plan of a DTO. `parts` says what holds for members that are any object to the DTO itself.
 * @throws when a field has no class.
 */
export function planOf(dto: DtoClass, parts: Readonly<Record<string, PartDto>> = {}): PersonalPlan {
  return new Map(
    fieldsOf(dto).map(({ name, fieldClass, list, nested }) => {
      const part = parts[name];
      if (part === 'free') return [name, everythingPersonal];
      const inner = part ?? nested;
      return [name, fieldClass === 'personal' || list || !inner ? fieldClass : planOf(inner)];
    }),
  );
}

interface Split {
  readonly open: Record<string, unknown>;
  readonly personal: Record<string, unknown> | undefined;
}

/** A member that the plan does not know is personal: sealing too much can be corrected, storing it in the open cannot. */
export function splitBy(plan: PersonalPlan, data: Readonly<Record<string, unknown>>): Split {
  const open: Record<string, unknown> = {};
  let personal: Record<string, unknown> | undefined;
  for (const name of Object.keys(data)) {
    const member = data[name];
    if (member === undefined) continue;
    const where = plan.get(name) ?? 'personal';
    if (where === 'public') {
      open[name] = member;
    } else if (where === 'personal' || !isObject(member)) {
      (personal ??= {})[name] = member;
    } else {
      const inner = splitBy(where, member);
      open[name] = inner.open;
      if (inner.personal) (personal ??= {})[name] = inner.personal;
    }
  }
  return { open, personal };
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
