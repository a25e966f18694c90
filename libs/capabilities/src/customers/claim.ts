import { type EpochMs } from '#kernel';

/** Something that an event said about a customer, and when. A value that happened later replaces one that was recorded later. */
export interface Claim {
  readonly value: string;
  /** `occurredAt` of the event. */
  readonly at: EpochMs;
  /** Of the event, as decimal digits: a claim is kept as JSON. */
  readonly position: string;
}

/** Above 0 when `a` holds against `b`: it happened later, or at the same time and was recorded later. */
export function compareClaims(a: Claim, b: Claim): number {
  if (a.at !== b.at) return a.at - b.at;
  // Without leading zeros, more digits are a greater number.
  if (a.position.length !== b.position.length) return a.position.length - b.position.length;
  return a.position === b.position ? 0 : a.position < b.position ? -1 : 1;
}

export const profileMembers = ['name', 'customerKind', 'language', 'country', 'city'] as const;
/** What is known about a customer, each member by the claim that holds. */
export type ProfileClaims = { readonly [Member in (typeof profileMembers)[number]]?: Claim };

type Writable = { -readonly [Member in keyof ProfileClaims]: ProfileClaims[Member] };

export function profileClaims(
  profile: { readonly [Member in (typeof profileMembers)[number]]?: unknown },
  said: Pick<Claim, 'at' | 'position'>,
): ProfileClaims {
  const claims: Writable = {};
  for (const member of profileMembers) {
    const value = profile[member];
    if (typeof value === 'string' && value !== '') claims[member] = { value, ...said };
  }
  return claims;
}

export function mergeProfiles(a: ProfileClaims, b: ProfileClaims): ProfileClaims {
  const merged: Writable = { ...a };
  for (const member of profileMembers) {
    const [known, said] = [a[member], b[member]];
    if (said !== undefined && (known === undefined || compareClaims(said, known) > 0)) merged[member] = said;
  }
  return merged;
}
