import { type Role, roles } from '#contracts';
import { type OidcSettings } from './oidc.port.js';

/** A claim holds more than this by mistake only. */
const MOST_VALUES = 1_000;

/** The roles that a claim stands for, in our order: a text with spaces or commas between, or a list of texts. */
export function claimedRoles(
  claims: Readonly<Record<string, unknown>>,
  { rolesClaim, roleMap }: Pick<OidcSettings, 'rolesClaim' | 'roleMap'>,
): readonly Role[] {
  const claim = claimAt(claims, rolesClaim);
  const values: readonly unknown[] =
    typeof claim === 'string' ? claim.split(/[\s,]+/) : Array.isArray(claim) ? claim : [];
  const found = values
    .slice(0, MOST_VALUES)
    .map((value) => (typeof value === 'string' && Object.hasOwn(roleMap, value) ? roleMap[value] : undefined));
  return roles.filter((role) => found.includes(role));
}

/** The claim of that name, which may hold dots itself (`https://example.com/roles`), or what a path leads to. */
function claimAt(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Object.entries(value).find(([known]) => known === name)?.[1];
  }
  return value;
}
