import { type ClockPolicy } from '#contracts';

export interface PolicyRefusal {
  readonly code: 'duplicate-policy' | 'unknown-calendar' | 'unknown-segment' | 'warning-without-one-time';
  /** Which value, for example `policies.0.calendarId`. */
  readonly field: string;
}

type Asked = Pick<ClockPolicy, 'id' | 'calendarId' | 'warnings'> & {
  readonly when?: Pick<ClockPolicy['when'], 'segment'>;
};

/** Why a list of policies cannot be saved. */
export function refusalOfPolicies(
  policies: readonly Asked[],
  isCalendar: (id: string) => boolean,
): PolicyRefusal | undefined {
  const seen = new Set<string>();
  for (const [index, { id, calendarId, when, warnings = [] }] of policies.entries()) {
    // A verdict names the policy by its id.
    if (seen.has(id)) return { code: 'duplicate-policy', field: `policies.${String(index)}.id` };
    if (!isCalendar(calendarId)) return { code: 'unknown-calendar', field: `policies.${String(index)}.calendarId` };
    // No conversation is told yet in which segments its customer is: it would match none, and say nothing about it.
    if (when?.segment !== undefined)
      return { code: 'unknown-segment', field: `policies.${String(index)}.when.segment` };
    const unclear = warnings.findIndex(
      ({ beforeSeconds, beforePercent }) => (beforeSeconds === undefined) === (beforePercent === undefined),
    );
    if (unclear >= 0)
      return { code: 'warning-without-one-time', field: `policies.${String(index)}.warnings.${String(unclear)}` };
    seen.add(id);
  }
  return undefined;
}
