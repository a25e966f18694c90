import { Ajv2020 } from 'ajv/dist/2020.js';
import { type DtoClass } from '../fields/dto-class.js';
import { schemaOf } from '../json-schema/schema-of.js';
import { compileCopy, type Tally } from './compile-copy.js';
import { addKeywords } from './keywords.js';

/**
 * Reads a plain object as a DTO, as `check` does, in a fortieth of the time; `undefined` when it breaks a rule. Which one, only
 * `check` can say. What comes back is a plain object of its own.
 */
export type Reader<T> = (value: object, tally: Tally) => T | undefined;

// Errors without texts: nobody reads them. The schemas are our own, so none is checked.
const ajv = new Ajv2020({ messages: false, validateSchema: false, addUsedSchema: false, strict: false });
addKeywords(ajv);

/** Takes about 5 ms: once for each DTO, before the first value. */
export function compileReader<T extends object>(dto: DtoClass<T>): Reader<T> {
  const accepts = ajv.compile(schemaOf(dto, { compiled: true }));
  const copy = compileCopy(dto);
  // A parser's cast: every rule of the class has been checked.
  return (value, tally) => (accepts(value) ? (copy(value, tally) as T) : undefined);
}
