/**
 * `personal` fields are sealed before an event is stored and gone after an erasure; `public` ones stay readable for ever.
 * Free text, names, addresses and references to outside things are personal; kinds, amounts, counts, times, codes, products
 * and countries are public.
 */
export type FieldClass = 'public' | 'personal';

const classes = new WeakMap<object, Map<string, FieldClass>>();

const classify =
  (fieldClass: FieldClass) =>
  (): PropertyDecorator =>
  ({ constructor }, name) => {
    const ofDto = classes.get(constructor) ?? new Map<string, FieldClass>();
    classes.set(constructor, ofDto.set(String(name), fieldClass));
  };

export const Public = classify('public');
export const Personal = classify('personal');

/** The classes that a DTO gives to its own fields, by name. */
export const fieldClassesOf = (dto: object): ReadonlyMap<string, FieldClass> => classes.get(dto) ?? new Map();
