/** A class whose properties carry the decorators of this folder. */
export type DtoClass<T extends object = object> = new () => T;

/** Several property decorators as one, applied in the order in which they are given. */
export const together =
  (...decorators: readonly PropertyDecorator[]): PropertyDecorator =>
  (target, name) => {
    for (const decorate of decorators) decorate(target, name);
  };
