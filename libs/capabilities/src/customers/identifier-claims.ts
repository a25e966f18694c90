import { type PersonaRef, type Identifier } from '#contracts';
import { type Claim, compareClaims } from './claim.js';

/** An identifier and the last event that named it. */
export interface IdentifierClaim extends Claim {
  readonly kind: string;
  readonly personaId: string;
}

/** A handful is usual; a shared or made-up identity collects thousands, and a row must stay small. */
export const MAX_IDENTIFIERS = 50;

/** Of an erased event there is none. */
export function identifierClaims(
  identifiers: readonly Identifier[],
  personas: readonly PersonaRef[],
  named: Pick<Claim, 'at' | 'position'>,
): readonly IdentifierClaim[] {
  const claims = identifiers.flatMap(({ kind, value }, index) => {
    const persona = personas[index];
    return persona === undefined ? [] : [{ ...named, kind, value, personaId: persona.id }];
  });
  return mergeIdentifiers([], claims);
}

/**
 * The most recently named of both, latest first. Whatever is cut off has been named less recently than all that stay, so it is
 * back the moment it is named later: cutting gives the same list in any order of merging.
 */
export function mergeIdentifiers(
  a: readonly IdentifierClaim[],
  b: readonly IdentifierClaim[],
): readonly IdentifierClaim[] {
  const latest = new Map<string, IdentifierClaim>();
  for (const claim of [...a, ...b]) {
    const known = latest.get(claim.personaId);
    if (known === undefined || compareClaims(claim, known) > 0) latest.set(claim.personaId, claim);
  }
  return [...latest.values()].sort(latestFirst).slice(0, MAX_IDENTIFIERS);
}

const latestFirst = (a: IdentifierClaim, b: IdentifierClaim): number =>
  compareClaims(b, a) || (a.personaId < b.personaId ? -1 : 1);

export function sameIdentifiers(a: readonly IdentifierClaim[], b: readonly IdentifierClaim[]): boolean {
  if (a.length !== b.length) return false;
  const ids = new Set(a.map(({ personaId }) => personaId));
  return b.every(({ personaId }) => ids.has(personaId));
}
