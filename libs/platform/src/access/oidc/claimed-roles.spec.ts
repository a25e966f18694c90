import { claimedRoles } from './claimed-roles.js';

const roleMap = { 'safar-agents': 'agent', 'safar-admins': 'admin', lead: 'lead' } as const;

describe('the roles of a claim', () => {
  it.each([
    ['roles', { roles: ['safar-agents', 'others'] }, ['agent']],
    ['roles', { roles: ['lead', 'safar-agents', 'lead'] }, ['agent', 'lead']],
    ['roles', { roles: 'safar-admins lead' }, ['lead', 'admin']],
    ['realm_access.roles', { realm_access: { roles: ['lead'] } }, ['lead']],
    ['https://safar.example/roles', { 'https://safar.example/roles': ['lead'] }, ['lead']],
    ['roles', {}, []],
    ['roles', { roles: 1 }, []],
    ['roles', { roles: [null, ['lead']] }, []],
    // Our own names mean nothing unless the map says so.
    ['roles', { roles: ['admin', 'agent'] }, []],
    ['roles', { roles: ['constructor', '__proto__'] }, []],
    ['__proto__.roles', { roles: ['lead'] }, []],
    ['constructor.name', {}, []],
  ])('%s of %j are %j', (rolesClaim, claims, expected) => {
    expect(claimedRoles(claims, { rolesClaim, roleMap })).toEqual(expected);
  });
});
