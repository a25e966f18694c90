import { CalendarSettingsDto, HOLIDAY_YEARS, MAX_HOLIDAY_YEARS, ServicePoliciesDto } from '#contracts';
import { noConversation, oneConversation } from '../conversations/conversation-examples.js';
import { conversationId } from '../conversations/conversation-operations.js';
import { type OperationDescription } from '../documents/operation.js';
import { cursor, flag, id, idempotencyKey, ifMatch, ifNoneMatch, limit, minPosition } from '../documents/parameters.js';

const calendarId = { id: id('The organisation’s own word for the calendar; `always` is there from the beginning.') };
const headers = { 'Idempotency-Key': idempotencyKey, 'If-Match': ifMatch };
const saved = (what: string) => ({
  200: { description: 'It is saved.', headers: { ETag: `Version of the ${what}.` } },
});
const shown = (what: string) => ({
  200: { description: `The ${what}.`, headers: { ETag: `Version of the ${what}.` } },
  304: { description: 'The sender has this version.', content: {} },
});
const commandProblems = [
  ...['malformed_json', 'empty_body', 'invalid_parameters', 'body_too_large', 'unsupported_encoding'],
  ...['command_running', 'idempotency_key_reused', 'version_mismatch'],
  ...['store_busy', 'store_refused', 'too_large_for_store', 'outcome_unknown'],
] as const;

export const getPolicies: OperationDescription = {
  ...{ id: 'getServicePolicies', tag: 'service-clocks', summary: 'Look at the service policies' },
  headers: { 'If-None-Match': ifNoneMatch },
  answers: shown('policies'),
  problems: ['invalid_parameters'],
  examples: [{ summary: 'All of them', status: 200 }],
};

export const savePolicies: OperationDescription = {
  ...{ id: 'saveServicePolicies', tag: 'service-clocks', summary: 'Set the service policies' },
  description:
    'The whole list, in order: the first that matches holds. Targets are seconds of business time; what has no target has no clock.',
  headers,
  body: { 'application/json': { dto: ServicePoliciesDto } },
  answers: saved('policies'),
  problems: [...commandProblems, 'policies_refused'],
  examples: [
    {
      summary: 'Urgent chats first, everybody else in office hours',
      body: {
        policies: [
          {
            ...{ id: 'urgent-chat', when: { channel: ['chat'], priority: ['urgent'] }, calendarId: 'always' },
            targetSeconds: { first_response: 300, resolution: 14_400 },
            warnings: [{ beforePercent: 20, to: ['team:front'] }],
          },
          {
            ...{ id: 'standard', calendarId: 'always', pausedWhile: { resolution: ['waiting_third_party'] } },
            targetSeconds: { first_response: 14_400, next_response: 28_800, resolution: 259_200 },
          },
        ],
      },
      status: 200,
    },
    {
      summary: 'By a calendar that is not there',
      body: { policies: [{ id: 'standard', calendarId: 'moon', targetSeconds: { resolution: 3_600 } }] },
      status: 409,
    },
    {
      summary: 'With a warning for a team that nobody has set up',
      body: {
        policies: [
          {
            ...{ id: 'standard', calendarId: 'always', targetSeconds: { resolution: 3_600 } },
            warnings: [{ beforePercent: 20, to: ['team:nobody'] }],
          },
        ],
      },
      status: 409,
    },
  ],
};

export const listCalendars: OperationDescription = {
  ...{ id: 'listCalendars', tag: 'service-clocks', summary: 'List business calendars' },
  description: 'In the order of their words, with the one that every installation has.',
  query: { cursor, limit, minPosition },
  answers: { 200: { description: 'A page of calendars.' } },
  problems: ['invalid_parameters', 'unknown_position', 'not_caught_up'],
  examples: [
    { summary: 'All of them', status: 200 },
    { summary: 'Too many at once', query: { limit: '201' }, status: 400 },
  ],
};

export const getCalendar: OperationDescription = {
  ...{ id: 'getCalendar', tag: 'service-clocks', summary: 'Look at a business calendar' },
  path: calendarId,
  headers: { 'If-None-Match': ifNoneMatch },
  answers: shown('calendar'),
  problems: ['invalid_parameters', 'calendar_not_found'],
  examples: [
    { summary: 'The one that every installation has', path: { id: 'always' }, status: 200 },
    { summary: 'One that is not there', path: { id: 'moon' }, status: 404 },
  ],
};

const day = [
  { opens: '08:00', closes: '12:00' },
  { opens: '13:00', closes: '16:00' },
];

export const saveCalendar: OperationDescription = {
  ...{ id: 'saveCalendar', tag: 'service-clocks', summary: 'Save a business calendar' },
  description:
    'In force from now on; its first version also for all time before. Versions before count for the time that each was in force.',
  path: calendarId,
  headers,
  body: { 'application/json': { dto: CalendarSettingsDto } },
  answers: saved('calendar'),
  problems: [...commandProblems, 'calendar_not_found', 'calendar_refused'],
  examples: [
    {
      summary: 'Tehran, with a lunch break, closed on Fridays and at Nowruz',
      path: { id: 'tehran' },
      body: {
        timeZone: 'Asia/Tehran',
        week: {
          ...{ saturday: day, sunday: day, monday: day, tuesday: day, wednesday: day },
          thursday: [{ opens: '08:00', closes: '12:00' }],
        },
        holidays: ['2027-03-21', '2027-03-22', '2027-03-23', '2027-03-24'],
      },
      status: 200,
    },
    { summary: 'Never open', path: { id: 'moon' }, body: { timeZone: 'UTC', week: {} }, status: 409 },
    {
      summary: 'The one that is always open',
      path: { id: 'always' },
      body: { timeZone: 'UTC', week: { monday: day } },
      status: 409,
    },
  ],
};

const nowruz = [
  ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Example//Holidays//FA'],
  ...['BEGIN:VEVENT', 'UID:nowruz-1406', 'DTSTART;VALUE=DATE:20270321', 'DTEND;VALUE=DATE:20270325'],
  ...['SUMMARY:نوروز', 'END:VEVENT'],
  ...['BEGIN:VEVENT', 'UID:new-year', 'DTSTART;VALUE=DATE:20270101', 'RRULE:FREQ=YEARLY'],
  ...['SUMMARY:New Year’s Day', 'END:VEVENT', 'END:VCALENDAR', ''],
].join('\r\n');

export const takeHolidays: OperationDescription = {
  ...{ id: 'takeHolidays', tag: 'service-clocks', summary: 'Take holidays from a calendar file' },
  description:
    'The days of all events of a file of RFC 5545 (.ics), 256 KB at most, become the holidays of another version of the calendar; anything that ' +
    'cannot be read refuses the file and names its line. Moments have to be whole days in the time zone of the calendar.',
  path: calendarId,
  query: {
    add: flag('Beside the holidays that there are, rather than in their place.'),
    years: {
      description: 'How many years from this one, what repeats itself for ever is wanted for.',
      schema: { type: 'integer', minimum: 1, maximum: MAX_HOLIDAY_YEARS, default: HOLIDAY_YEARS },
    },
  },
  headers,
  body: { 'text/calendar': { schema: { type: 'string' } } },
  answers: saved('calendar'),
  problems: [
    ...([
      'empty_body',
      'invalid_parameters',
      'invalid_calendar_file',
      'body_too_large',
      'unsupported_encoding',
    ] as const),
    ...(['calendar_not_found', 'calendar_refused', 'command_running', 'idempotency_key_reused'] as const),
    ...(['version_mismatch', 'store_busy', 'store_refused', 'too_large_for_store', 'outcome_unknown'] as const),
  ],
  examples: [
    {
      ...{ summary: 'Nowruz, and a day of every year', path: { id: 'tehran' }, query: { add: 'true', years: '3' } },
      ...{ type: 'text/calendar', body: nowruz, status: 200 },
    },
    {
      ...{ summary: 'A day that there is not', path: { id: 'tehran' }, type: 'text/calendar', status: 400 },
      body: nowruz.replace('20270321', '20270230'),
    },
    { ...{ summary: 'Of none', path: { id: 'moon' }, type: 'text/calendar' }, body: nowruz, status: 404 },
  ],
};

export const getConversationClocks: OperationDescription = {
  ...{ id: 'getConversationClocks', tag: 'service-clocks', summary: 'Look at the clocks of a conversation' },
  description: 'The latest first, at most 50, each with its policy and calendar and how it is counted, line by line.',
  path: conversationId,
  query: { minPosition },
  answers: { 200: { description: 'The clocks.' } },
  problems: ['invalid_parameters', 'conversation_not_found', 'unknown_position', 'not_caught_up'],
  examples: [
    { summary: 'Of one', path: { id: oneConversation }, status: 200 },
    { summary: 'Of one that is not there', path: { id: noConversation }, status: 404 },
  ],
};
