import { type BusinessCalendarSaved, calendarIdOf } from '#contracts';
import { type Projection } from '#kernel';

export type BusinessCalendarRow = {
  readonly calendar_id: string;
  readonly stream: string;
  readonly time_zone: string;
  /** How many days. */
  readonly holidays: number;
  readonly saved_at: number;
  readonly saved_by: string;
  /** Of the stream. */
  readonly version: number;
};

/** Business calendars, each as it was saved last: what the list shows. Clocks are counted by the log, which has every version. */
export const businessCalendars: Projection<BusinessCalendarRow, BusinessCalendarSaved> = {
  name: 'business-calendars',
  version: 1,
  reads: 'sealed',
  table: {
    columns: {
      calendar_id: { type: 'text' },
      stream: { type: 'text' },
      time_zone: { type: 'text' },
      holidays: { type: 'integer' },
      saved_at: { type: 'timestamp' },
      saved_by: { type: 'text' },
      version: { type: 'integer' },
    },
    primaryKey: ['calendar_id'],
    owner: 'stream',
  },
  keys: ({ stream }) => [[calendarIdOf(stream)]],
  when: {
    'business_calendar.saved': (_before, { stream, version, occurredAt, data: { by, calendar } }) => ({
      ...{ calendar_id: calendarIdOf(stream), stream, version, time_zone: calendar.timeZone },
      ...{ holidays: calendar.holidays?.length ?? 0, saved_at: occurredAt, saved_by: by },
    }),
  },
};
