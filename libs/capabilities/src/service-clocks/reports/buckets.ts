import { type ReportCalendar } from '#contracts';
import { type EpochMs } from '#kernel';
import { Temporal } from 'temporal-polyfill';

/** A day, week or month, or as much of it as lies in the range. */
export interface Bucket {
  readonly from: EpochMs;
  /** Local date on which it begins, Gregorian. */
  readonly key: string;
  readonly label: string | null;
}

export interface Bucketing {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly by: 'day' | 'week' | 'month';
  readonly timeZone: string;
  readonly calendar: ReportCalendar;
}

/** ISO 8601 begins a week on Monday, Iran on Saturday: days as Temporal counts them. */
const firstOfWeek: Readonly<Record<ReportCalendar, number>> = { gregorian: 1, persian: 6 };

/** The days, weeks or months that a range touches, in order. The first begins with the range. */
export function bucketsOf({ from, to, by, timeZone, calendar }: Bucketing): readonly Bucket[] {
  const persianDay = new Intl.DateTimeFormat('en-u-ca-persian-nu-latn', { day: 'numeric', timeZone: 'UTC' });
  const persianDate = new Intl.DateTimeFormat('fa-IR-u-ca-persian', {
    ...{ day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' },
  });
  const dayOfMonth = (day: Temporal.PlainDate): number =>
    calendar === 'persian' ? Number(persianDay.format(noonOf(day))) : day.day;
  const begins = (day: Temporal.PlainDate): boolean =>
    by === 'day' || (by === 'week' ? day.dayOfWeek === firstOfWeek[calendar] : dayOfMonth(day) === 1);
  const bucketFrom = (day: Temporal.PlainDate, at: EpochMs): Bucket => ({
    from: at,
    key: day.toString(),
    label: calendar === 'persian' ? persianDate.format(noonOf(day)) : null,
  });
  let day = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(timeZone).toPlainDate();
  const buckets = [bucketFrom(day, from)];
  for (;;) {
    day = day.add({ days: 1 });
    // Where midnight is left out, a day begins after it.
    const at = day.toZonedDateTime(timeZone).epochMilliseconds;
    if (at >= to) return buckets;
    if (at > from && begins(day)) buckets.push(bucketFrom(day, at));
  }
}

const noonOf = (day: Temporal.PlainDate): EpochMs => Date.UTC(day.year, day.month - 1, day.day, 12);
