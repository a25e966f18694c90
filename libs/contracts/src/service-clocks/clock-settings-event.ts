import { type RecordedEvent } from '#kernel';
import { type DtoClass } from '../events/fields/dto-class.js';
import { type BusinessCalendar, type BusinessCalendarVersion } from './business-calendar.js';
import { type ClockPolicies } from './clock-policy.js';
import {
  BusinessCalendarSavedDto,
  type CalendarSettingsDto,
  ServicePoliciesAppliedDto,
  ServicePoliciesSavedDto,
} from './clock-settings.dto.js';

export type ServicePoliciesSaved = RecordedEvent<'service_policies.saved', Readonly<ServicePoliciesSavedDto>>;
export type BusinessCalendarSaved = RecordedEvent<'business_calendar.saved', Readonly<BusinessCalendarSavedDto>>;
/** Its key is the customer, as the conversation's. */
export type ServicePoliciesApplied = RecordedEvent<'service_policies.applied', Readonly<ServicePoliciesAppliedDto>>;

export const isServicePoliciesSaved = (event: RecordedEvent): event is ServicePoliciesSaved =>
  event.type === 'service_policies.saved';
export const isBusinessCalendarSaved = (event: RecordedEvent): event is BusinessCalendarSaved =>
  event.type === 'business_calendar.saved';

/** Of all policies: they are saved as one list. */
export const policiesStream = 'service_policies';
export const appliedStream = (conversationId: string): string => `service_policies-${conversationId}`;
const CALENDAR = 'business_calendar-';
export const calendarStream = (calendarId: string): string => `${CALENDAR}${calendarId}`;
export const calendarIdOf = (stream: string): string => stream.slice(CALENDAR.length);

/** The policies that a saved list stands for. What Safar came with is version 1, so the first that is saved is 2. */
export const policiesOf = ({ version, data }: Pick<ServicePoliciesSaved, 'version' | 'data'>): ClockPolicies => ({
  version: version + 1,
  policies: data.policies.map(({ when = {}, pausedWhile = {}, ...policy }) => ({ ...policy, when, pausedWhile })),
});

/** A version of a calendar, in force from when it was saved. */
export const calendarVersionOf = (
  { timeZone, week, holidays = [] }: CalendarSettingsDto,
  version: BusinessCalendarVersion['version'],
  inForceFrom: BusinessCalendarVersion['inForceFrom'],
): BusinessCalendar['versions'][number] => ({ version, inForceFrom, timeZone, week, holidays });

const by = 'user:0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f5a';
const day = [
  { opens: '09:00', closes: '13:00' },
  { opens: '14:00', closes: '18:00' },
];
const policies: ServicePoliciesSavedDto['policies'] = [
  {
    ...{ id: 'urgent-chat', calendarId: 'office' },
    when: { channel: ['chat'], priority: ['urgent'], team: ['returns'], segment: ['loyal'] },
    targetSeconds: { first_response: 300, next_response: 600, update: 7_200, resolution: 28_800 },
    pausedWhile: { update: ['waiting_customer'], resolution: ['waiting_third_party'] },
    warnings: [
      { beforeSeconds: 120, to: [by] },
      { beforePercent: 25, to: ['team:returns'] },
    ],
  },
];

/** Each type with its DTO and an example that has all of its members. */
export const clockSettingsEventTypes: readonly (readonly [type: string, data: DtoClass, example: object])[] = [
  ['service_policies.saved', ServicePoliciesSavedDto, { by, policies }],
  [
    'service_policies.applied',
    ServicePoliciesAppliedDto,
    { conversationId: '0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f50', savedPosition: '1200' },
  ],
  [
    'business_calendar.saved',
    BusinessCalendarSavedDto,
    {
      by,
      calendar: {
        timeZone: 'Asia/Tehran',
        week: {
          ...{ saturday: day, sunday: day, monday: day, tuesday: day, wednesday: day },
          ...{ thursday: [{ opens: '08:00', closes: '12:00' }], friday: [{ opens: '22:00', closes: '06:00' }] },
        },
        holidays: ['2026-03-21'],
      },
    },
  ],
];
