import { alwaysOpen, type CalendarOf, chooseTerms, defaultPolicies, type TermsAsOf } from '#capabilities';
import { type ClockKind, type ClockTerms } from '#contracts';

/** By what service clocks are measured: policies, and the calendars that they name. */
export interface ClockBooks {
  termsOf(asOf: TermsAsOf, kind: ClockKind): ClockTerms | undefined;
  readonly calendarOf: CalendarOf;
}

/** What every installation has. */
export const builtInBooks: ClockBooks = {
  termsOf: ({ subject }, kind) => chooseTerms(defaultPolicies, subject, kind, () => 1),
  calendarOf: (id) => {
    if (id !== alwaysOpen.id) throw new Error(`there is no calendar ${id}`);
    return alwaysOpen;
  },
};
