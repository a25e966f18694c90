import { type PolicyWarning } from '#contracts';
import { refusalOfPolicies } from './check-policies.js';

const isCalendar = (id: string): boolean => id === 'office';

describe('a list of policies', () => {
  it('can be saved where each has a name of its own and a calendar that is there', () => {
    const policies = ['gold', 'standard'].map((id) => ({ id, calendarId: 'office' }));
    expect(refusalOfPolicies(policies, isCalendar)).toBeUndefined();
    expect(refusalOfPolicies([], isCalendar)).toBeUndefined();
  });
  it('cannot otherwise', () => {
    const policies = (...named: readonly (readonly [string, string])[]) =>
      refusalOfPolicies(
        named.map(([id, calendarId]) => ({ id, calendarId })),
        isCalendar,
      );
    expect(policies(['gold', 'office'], ['gold', 'office'])).toEqual({
      code: 'duplicate-policy',
      field: 'policies.1.id',
    });
    expect(policies(['gold', 'night'])).toEqual({ code: 'unknown-calendar', field: 'policies.0.calendarId' });
  });
  it('cannot warn at no time, or at two', () => {
    const warning = (...warnings: readonly PolicyWarning[]) =>
      refusalOfPolicies([{ id: 'gold', calendarId: 'office', warnings }], isCalendar);
    const to = ['team:gold'];
    expect(warning({ beforeSeconds: 60, to }, { beforePercent: 20, to })).toBeUndefined();
    const refused = { code: 'warning-without-one-time', field: 'policies.0.warnings.1' };
    expect(warning({ beforeSeconds: 60, to }, { to })).toEqual(refused);
    expect(warning({ beforeSeconds: 60, to }, { beforeSeconds: 60, beforePercent: 20, to })).toEqual(refused);
  });
  it('cannot ask for a segment, which no conversation has: such a policy would never hold', () => {
    const asking = (when: { readonly segment?: readonly string[]; readonly team?: readonly string[] }) =>
      refusalOfPolicies([{ id: 'gold', calendarId: 'office', when }], isCalendar);
    expect(asking({ team: ['returns'], segment: ['loyal'] })).toEqual({
      code: 'unknown-segment',
      field: 'policies.0.when.segment',
    });
    expect(asking({ team: ['returns'] })).toBeUndefined();
  });
});
