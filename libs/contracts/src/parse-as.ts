import { fail, type Result, succeed } from '#kernel';
import { check } from './events/fields/check.js';
import { type DtoClass } from './events/fields/dto-class.js';
import { fieldError, pointerTo } from './touchpoints/field-errors.js';
import { findHostility } from './touchpoints/hostile-json.js';
import { type Language } from './touchpoints/kinds/kind.js';
import { type FieldError } from './touchpoints/touchpoint-result.js';

/** Reads any JSON value as a DTO: every rule checked, no member that it does not name. The errors never repeat a value. */
export function parseAs<T extends object>(
  dto: DtoClass<T>,
  value: unknown,
  language: Language = 'en',
): Result<T, readonly FieldError[]> {
  const hostility = findHostility(value);
  if (hostility) return fail([fieldError(hostility.pointer, hostility.code, { ...hostility, language })]);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail([fieldError('', 'not_an_object', { language })]);
  const checked = check(dto, value);
  if (checked.broken.length === 0) return succeed(checked.value);
  return fail(
    checked.broken.map(({ path, code, limits }) =>
      fieldError(path.reduce<string>(pointerTo, ''), code, { limits, language }),
    ),
  );
}
