import { type BusinessCalendar, type ClockPolicies, weekdays } from '#contracts';

/** The calendar without a closed hour, which every installation has. */
export const alwaysOpen: BusinessCalendar = {
  id: 'always',
  versions: [
    {
      ...{ version: 1, inForceFrom: 0, timeZone: 'UTC', holidays: [] },
      week: Object.fromEntries(weekdays.map((day) => [day, [{ opens: '00:00', closes: '24:00' }]])),
    },
  ],
};

const HOUR_SECONDS = 3_600;

/** What holds until somebody says otherwise: nobody has told yet when the organisation is open. */
export const defaultPolicies: ClockPolicies = {
  version: 1,
  policies: [
    {
      ...{ id: 'standard', when: {}, calendarId: alwaysOpen.id, pausedWhile: {} },
      targetSeconds: {
        first_response: 4 * HOUR_SECONDS,
        next_response: 8 * HOUR_SECONDS,
        resolution: 72 * HOUR_SECONDS,
      },
    },
  ],
};
