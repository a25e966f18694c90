import {
  type ClockKind,
  type ClockWarning,
  type PolicyWarning,
  type ClockPolicies,
  type ClockTerms,
  policySubjects,
  type PolicySubject,
} from '#contracts';

/** The terms of a clock by the first policy that matches; `undefined` where none does, or it has no target of this kind. */
export function chooseTerms(
  { version, policies }: ClockPolicies,
  subject: PolicySubject,
  kind: ClockKind,
  calendarVersionOf: (calendarId: string) => number,
): ClockTerms | undefined {
  const policy = policies.find(({ when }) =>
    policySubjects.every((name) => when[name] === undefined || when[name].includes(subject[name] ?? '')),
  );
  const targetSeconds = policy?.targetSeconds[kind];
  if (policy === undefined || targetSeconds === undefined) return undefined;
  const { id: policyId, calendarId, pausedWhile } = policy;
  const calendarVersion = calendarVersionOf(calendarId);
  const warnings = warningsOf(policy.warnings ?? [], targetSeconds);
  const measured = {
    ...{ policyId, policyVersion: version, calendarId, calendarVersion, targetSeconds },
    ...(warnings.length > 0 && { warnings }),
  };
  switch (kind) {
    case 'first_response':
    case 'next_response':
      return { ...measured, pausedWhile: [] };
    case 'update':
      return { ...measured, pausedWhile: pausedWhile.update ?? [] };
    case 'resolution':
      // Waiting for the customer always stops this one; the policy may add to it.
      return {
        ...measured,
        pausedWhile: [...new Set([...(pausedWhile.resolution ?? []), 'waiting_customer' as const])],
      };
  }
}

/** In the order in which they are told: at one time, once. A warning before the clock even starts is told when it does. */
function warningsOf(warnings: readonly PolicyWarning[], targetSeconds: number): readonly ClockWarning[] {
  const told = new Map<number, Set<string>>();
  for (const { beforeSeconds, beforePercent = 0, to } of warnings) {
    const before = Math.min(beforeSeconds ?? Math.round((targetSeconds * beforePercent) / 100), targetSeconds);
    told.set(before, new Set([...(told.get(before) ?? []), ...to]));
  }
  return [...told].sort(([one], [other]) => other - one).map(([beforeSeconds, to]) => ({ beforeSeconds, to: [...to] }));
}
