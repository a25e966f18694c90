import { type ClockPolicy } from '#contracts';

export interface PolicyRefusal {
  readonly code: 'duplicate-policy' | 'unknown-calendar' | 'unknown-segment';
  /** Which value, for example `policies.0.calendarId`. */
  readonly field: string;
}

type Asked = Pick<ClockPolicy, 'id' | 'calendarId'> & { readonly when?: Pick<ClockPolicy['when'], 'segment'> };

/** Why a list of policies cannot be saved. */
export function refusalOfPolicies(
  policies: readonly Asked[],
  isCalendar: (id: string) => boolean,
): PolicyRefusal | undefined {
  const seen = new Set<string>();
  for (const [index, { id, calendarId, when }] of policies.entries()) {
    // A verdict names the policy by its id.
    if (seen.has(id)) return { code: 'duplicate-policy', field: `policies.${String(index)}.id` };
    if (!isCalendar(calendarId)) return { code: 'unknown-calendar', field: `policies.${String(index)}.calendarId` };
    // No conversation is told yet in which segments its customer is: it would match none, and say nothing about it.
    if (when?.segment !== undefined)
      return { code: 'unknown-segment', field: `policies.${String(index)}.when.segment` };
    seen.add(id);
  }
  return undefined;
}
