import { fail, type Result, succeed } from '#kernel';
import { type DeriveUuid, personaOf } from './accept-touchpoint.js';
import { type IdentifierProblem, normaliseIdentifier } from './normalise-identifier.js';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const KIND = /^[a-z][a-z0-9_]{0,39}$/;
/** Of the kind, the colon and the value, before anything is looked at. */
const MAX_REFERENCE = 300;

export interface ReferencedPersona {
  readonly personaId: string;
}

/**
 * Reads how a caller names a customer: a persona id, or `kind:value` of any identifier, such as `customer_number:12347` or
 * `phone:۰۹۱۲ ۳۴۵ ۶۷۸۹`. The value may hold colons. Whether there is such a customer is not looked up.
 */
export function parseCustomerReference(
  reference: string,
  uuid: DeriveUuid,
  defaultRegion?: string,
): Result<ReferencedPersona, IdentifierProblem | 'not_a_reference'> {
  if (UUID.test(reference)) return succeed({ personaId: reference.toLowerCase() });
  const colon = reference.indexOf(':');
  const kind = reference.slice(0, Math.max(colon, 0));
  if (reference.length > MAX_REFERENCE || !KIND.test(kind)) return fail('not_a_reference');
  const identifier = normaliseIdentifier({ kind, value: reference.slice(colon + 1) }, defaultRegion);
  return identifier.ok ? succeed({ personaId: personaOf(identifier.value, uuid).id }) : identifier;
}
