import { type ClockSettingsCommandView } from './clock-settings-view.js';

/** A day on which nothing opens, as a calendar file has it. */
export interface HolidayView {
  /** Local date `YYYY-MM-DD` of the Gregorian calendar. */
  readonly date: string;
  /** What the file calls it; empty where it does not say. Calendars keep the date only. */
  readonly name: string;
}

export interface HolidaysTakenView extends ClockSettingsCommandView {
  /** All that the file has, in their order. */
  readonly holidays: readonly HolidayView[];
}
