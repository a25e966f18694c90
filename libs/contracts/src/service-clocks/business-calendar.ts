import { type EpochMs } from '#kernel';

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof weekdays)[number];

/**
 * Open from one wall-clock minute until before another, both `HH:MM`, 00:00 to 24:00. `closes` before `opens` is a night
 * shift: it ends on the next morning and belongs to the day on which it begins.
 */
export interface OpeningPeriod {
  readonly opens: string;
  readonly closes: string;
}

/** The opening hours of a calendar from one moment until the next version's. */
export interface BusinessCalendarVersion {
  /** 1 and up. */
  readonly version: number;
  readonly inForceFrom: EpochMs;
  /** IANA name, for example `Asia/Tehran`. */
  readonly timeZone: string;
  /** A weekday that is absent is closed. Periods that overlap count once. */
  readonly week: Readonly<Partial<Record<Weekday, readonly OpeningPeriod[]>>>;
  /** Local dates `YYYY-MM-DD` on which nothing opens. */
  readonly holidays: readonly string[];
}

/** Every version of a calendar, oldest first. The first one also holds for all time before it was in force. */
export interface BusinessCalendar {
  readonly id: string;
  readonly versions: readonly BusinessCalendarVersion[];
}
