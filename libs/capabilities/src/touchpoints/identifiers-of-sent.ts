import { type Identifier } from '#contracts';
import { customerOf, type CloudEventContext } from './cloud-events/touchpoint-of-cloud-event.js';
import { isSent, membersOf, type Sent, textOf } from './json-values.js';
import { normaliseIdentifier } from './normalise-identifier.js';

/** Ten are allowed; in what is refused there may be any number, and no more than these in what is kept of it, which is not that large. */
const MOST = 2_000;

/**
 * Whom anything names that was sent as a touchpoint, as a CloudEvent or as a list of them, as far as that can be recognised: the identifiers
 * that a touchpoint made of it would have, also where the rest of it cannot be used.
 */
export function identifiersOfSent(
  value: unknown,
  { digest, defaultRegion }: Pick<CloudEventContext, 'digest'> & { readonly defaultRegion?: string },
): readonly Identifier[] {
  const items = listOf(value).filter(isSent).slice(0, MOST);
  const claims = items.flatMap((item) => [
    ...listOf(item['identifiers']),
    ...listOf(membersOf(item['data'])['identifiers']),
    ...aboutWhom(item, digest),
  ]);
  return claims.slice(0, MOST).flatMap((claim) => {
    const { kind, value: sent } = membersOf(claim);
    const text = textOf(sent);
    if (typeof kind !== 'string' || text === undefined) return [];
    const read = normaliseIdentifier({ kind, value: text }, defaultRegion);
    return read.ok ? [read.value] : [];
  });
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : [value]);

function aboutWhom({ subject, source }: Sent, digest: CloudEventContext['digest']): readonly Sent[] {
  if (typeof subject !== 'string') return [];
  const customer = customerOf({ subject, source: typeof source === 'string' ? source : '' }, { digest });
  return customer ? [customer] : [];
}
