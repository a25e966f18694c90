import { Temporal } from 'temporal-polyfill';
import { type EpochMs } from '#kernel';

const day = (at: EpochMs, timeZone: string): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate();

/** When the day began that it is at a time in a zone. */
export const startOfDay = (at: EpochMs, timeZone: string): EpochMs =>
  day(at, timeZone).toZonedDateTime(timeZone).epochMilliseconds;

/** When the next day begins, however long this one is: clocks that change make days of 23 and 25 hours. */
export const endOfDay = (at: EpochMs, timeZone: string): EpochMs =>
  day(at, timeZone).add({ days: 1 }).toZonedDateTime(timeZone).epochMilliseconds;
