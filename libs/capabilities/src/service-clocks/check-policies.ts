import { type ClockPolicy } from '#contracts';

export interface PolicyRefusal {
  readonly code: 'duplicate-policy' | 'unknown-calendar';
  /** Which value, for example `policies.0.calendarId`. */
  readonly field: string;
}

/** Why a list of policies cannot be saved. */
export function refusalOfPolicies(
  policies: readonly Pick<ClockPolicy, 'id' | 'calendarId'>[],
  isCalendar: (id: string) => boolean,
): PolicyRefusal | undefined {
  const seen = new Set<string>();
  for (const [index, { id, calendarId }] of policies.entries()) {
    // A verdict names the policy by its id.
    if (seen.has(id)) return { code: 'duplicate-policy', field: `policies.${String(index)}.id` };
    if (!isCalendar(calendarId)) return { code: 'unknown-calendar', field: `policies.${String(index)}.calendarId` };
    seen.add(id);
  }
  return undefined;
}
