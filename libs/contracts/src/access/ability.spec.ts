import { readFileSync } from 'node:fs';
import path from 'node:path';
import { abilityFromRules, abilityOf, may, mayGrant, rulesOf, scopeFor } from './ability.js';
import { accessTable } from './access-table.js';
import { everyPermission } from './permissions.js';
import { roles } from './roles.js';
import { scopes } from './scopes.js';

const allowedTo = (holder: Parameters<typeof may>[0]): readonly string[] =>
  everyPermission
    .filter((permission) => may(holder, permission))
    .map(({ action, subject }) => `${action} ${subject}`)
    .sort();

describe('what somebody may do', () => {
  it('is everything for an admin, by role or by key', () => {
    expect(allowedTo({ roles: ['admin'] })).toHaveLength(everyPermission.length);
    expect(allowedTo({ scopes: ['admin'] })).toHaveLength(everyPermission.length);
  });

  it('is nothing without a role, and only to ask what it is for a key without a scope', () => {
    expect(allowedTo({ roles: [] })).toEqual([]);
    expect(allowedTo({ scopes: [] })).toEqual(['read Account']);
  });

  it('is what any of several roles allows', () => {
    const both = allowedTo({ roles: ['analyst', 'integrator'] });
    expect(new Set(both)).toEqual(
      new Set([...allowedTo({ roles: ['analyst'] }), ...allowedTo({ roles: ['integrator'] })]),
    );
  });

  it.each(roles.filter((role) => role !== 'admin'))('is never a way to more for the role %s', (role) => {
    for (const permission of ['erase Customer', 'create ApiKey', 'update ApiKey', 'create User', 'update User'])
      expect(allowedTo({ roles: [role] })).not.toContain(permission);
  });

  it('is to send what SDKs send, and nothing else, for a key that stands in a page', () => {
    expect(allowedTo({ scopes: ['browser:write'] })).toEqual(['create SdkMessage']);
  });

  it('of a name that somebody made up is nothing', () => {
    expect(allowedTo({ roles: ['__proto__' as 'agent', 'constructor' as 'agent'] })).toEqual([]);
    expect(allowedTo({ scopes: ['toString' as 'admin'] })).toEqual(['read Account']);
  });

  it.each([...roles.map((role) => ({ roles: [role] })), ...scopes.map((scope) => ({ scopes: [scope] }))])(
    'is the same for a console that got the rules of %j as JSON',
    (holder) => {
      const received = abilityFromRules(JSON.parse(JSON.stringify(rulesOf(holder))));
      for (const { action, subject } of everyPermission)
        expect(received.can(action, subject)).toBe(abilityOf(holder).can(action, subject));
    },
  );
});

describe('handing out access', () => {
  it('is possible only for what one has', () => {
    for (const holder of [{ roles: ['admin' as const] }, { scopes: ['admin' as const] }])
      for (const scope of scopes) expect(mayGrant(holder, { scopes: [scope] })).toBe(true);
    expect(mayGrant({ scopes: ['customers:read'] }, { scopes: ['customers:read'] })).toBe(true);
    expect(mayGrant({ scopes: ['customers:read'] }, { scopes: ['customers:erase'] })).toBe(false);
    expect(mayGrant({ roles: ['lead'] }, { scopes: ['admin'] })).toBe(false);
  });
});

describe('the scope that is named when it is missing', () => {
  it('allows what was asked for', () => {
    for (const permission of everyPermission) expect(may({ scopes: [scopeFor(permission)] }, permission)).toBe(true);
  });
});

describe('the page about access', () => {
  it('shows who may do what, as it is checked', () => {
    const page = readFileSync(path.resolve(__dirname, '../../../../docs/how-to/access.md'), 'utf8');
    // Prettier aligns the cells.
    const tidy = (text: string): string => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---');
    expect(tidy(page)).toContain(tidy(accessTable()));
  });
});
