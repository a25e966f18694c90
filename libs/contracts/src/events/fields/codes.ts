import { ValidateBy } from 'class-validator';
import { countries } from './countries.js';
import { currencies } from './currencies.js';

const oneOf = (name: string, values: readonly string[]) => (): PropertyDecorator => {
  const known = new Set<unknown>(values);
  return ValidateBy({ name, constraints: [values], validator: { validate: (value: unknown) => known.has(value) } });
};

/** ISO 4217. */
export const Currency = oneOf('isCurrency', currencies);

/** ISO 3166-1 alpha-2. */
export const Country = oneOf('isCountry', countries);
