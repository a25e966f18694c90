import { createMongoAbility, type MongoAbility, type RawRuleOf } from '@casl/ability';
import { type Action, everyPermission, type Permission, type Subject, subjects } from './permissions.js';
import { type Grants, grantsOfRoles, type Role, roles } from './roles.js';
import { grantsOfScopes, isForBrowsers, type Scope, scopes } from './scopes.js';

/** What somebody may do. The server refuses and a console hides by the same object, made from the same rules. */
export type Ability = MongoAbility<[Action | 'manage', Subject | 'all']>;
/** A rule as JSON: `GET /v1/me` answers with them. */
export type AbilityRule = RawRuleOf<Ability>;

/** Who somebody is, as far as it decides what they may do. */
export type Holder = { readonly roles: readonly Role[] } | { readonly scopes: readonly Scope[] };

/** In CASL's words for everything, so that it holds for what is added later. */
const everything: readonly AbilityRule[] = [{ action: 'manage', subject: 'all' }];

/** Whoever brings a key may ask what it is, but for one that everybody has. */
const anyKey: Grants = { Account: ['read'] };

/** The rules of roles or scopes, in the order of the closed lists, each once. */
export function rulesOf(holder: Holder): readonly AbilityRule[] {
  if ('roles' in holder)
    return rulesFrom(
      roles
        .filter((role) => holder.roles.includes(role))
        .map((role) => (role === 'admin' ? role : grantsOfRoles[role])),
    );
  const granted = scopes.filter((scope) => holder.scopes.includes(scope));
  const own = isForBrowsers(granted) ? [] : [anyKey];
  return rulesFrom([...own, ...granted.map((scope) => (scope === 'admin' ? scope : grantsOfScopes[scope]))]);
}

function rulesFrom(granted: readonly (Grants | 'admin')[]): readonly AbilityRule[] {
  if (granted.includes('admin')) return everything;
  return subjects.flatMap((subject) => {
    const actions = new Set(granted.flatMap((grants) => (grants === 'admin' ? [] : [...(grants[subject] ?? [])])));
    return actions.size === 0 ? [] : [{ subject, action: [...actions] }];
  });
}

/** For whoever got the rules as JSON. */
export const abilityFromRules = (rules: readonly AbilityRule[]): Ability => createMongoAbility<Ability>([...rules]);

/** At most one for each set of roles and of scopes: 2⁶ and 2¹². Building one takes longer than a whole request may. */
const abilities = new Map<string, Ability>();

export function abilityOf(holder: Holder): Ability {
  const name = 'roles' in holder ? bits(roles, holder.roles) : `key ${bits(scopes, holder.scopes)}`;
  const known = abilities.get(name);
  if (known) return known;
  const ability = abilityFromRules(rulesOf(holder));
  abilities.set(name, ability);
  return ability;
}

const bits = <Name extends string>(all: readonly Name[], some: readonly Name[]): string =>
  all.map((each) => (some.includes(each) ? '1' : '0')).join('');

export const may = (holder: Holder, { action, subject }: Permission): boolean => abilityOf(holder).can(action, subject);

/** Nobody hands out more than they have: whether every permission of the other is one of theirs. */
export const mayGrant = (holder: Holder, other: Holder): boolean =>
  everyPermission.every((permission) => !may(other, permission) || may(holder, permission));

/** The scope that a key needs for this; `admin` where there is none of its own. RFC 6750 §3 names it in the answer. */
export const scopeFor = (permission: Permission): Scope =>
  scopes.find((scope) => scope !== 'admin' && may({ scopes: [scope] }, permission)) ?? 'admin';
