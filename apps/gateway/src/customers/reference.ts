import { Param, type PipeTransform } from '@nestjs/common';
import { parameterError } from '../problems/catalogues.js';
import { ProblemError } from '../problems/problem-error.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** `kind:value`; a value longer than this names nobody, and NUL and lone surrogates fit into no database. */
const IDENTIFIER = /^[a-z][a-z0-9_]{0,63}:[^\0\p{Cs}]{1,512}$/u;

const toReference: PipeTransform<unknown, string> = {
  transform(value) {
    if (typeof value === 'string' && (UUID.test(value) || IDENTIFIER.test(value))) return value;
    throw new ProblemError('invalid_parameters', { errors: [parameterError('/id', 'invalid_reference')] });
  },
};

/** The parameter of a controller's method that names a customer: an id or `kind:value`, percent-decoded. */
export const CustomerReference = (): ParameterDecorator => Param('id', toReference);
