import { type BusinessCalendarVersion } from '#contracts';
import { type EpochMs } from '#kernel';
import { type Span, union } from './spans.js';
import { DAY_MS, dayOf, MINUTE_MS, type MinuteSpan, minuteSpan, weekdayOf } from './wall-clock.js';
import { offsetsOf, type ZoneOffsets } from './zone-offsets.js';

/** Fifteen years of days: what a target can reach, and more than any page shows. */
const MAX_CACHED_DAYS = 5_500;

/**
 * When one version of a calendar is open. A moment is open if its wall-clock reading lies in a period: so a jump forward inside
 * a period takes time away from it, a jump back lets it run twice, and a day that a zone never had opens nothing.
 *
 * Kept by days of UTC, not by local days: a clock that falls back over midnight brings the evening before once more, and
 * local days would then come out of order.
 */
export class OpeningHours {
  private readonly offsets: ZoneOffsets;
  private readonly week: ReadonlyMap<string, readonly MinuteSpan[]>;
  private readonly holidays: ReadonlySet<number | undefined>;
  private readonly days = new Map<number, readonly Span[]>();

  constructor(version: BusinessCalendarVersion) {
    this.offsets = offsetsOf(version.timeZone);
    this.week = new Map(
      Object.entries(version.week).map(([day, periods]) => [
        day,
        periods.map(minuteSpan).filter((span) => span !== undefined),
      ]),
    );
    this.holidays = new Set(version.holidays.map(dayOf));
  }

  /** What is open in [day, day + 1) × 24 h of UTC; in order, none touching another. */
  onUtcDay(day: number): readonly Span[] {
    const cached = this.days.get(day);
    if (cached !== undefined) return cached;
    const spans = union(this.findOn(day));
    if (this.days.size >= MAX_CACHED_DAYS) this.days.clear();
    this.days.set(day, spans);
    return spans;
  }

  /** The local date at a moment, in days since 1 January 1970. */
  localDay(at: EpochMs): number {
    const [segment] = this.offsets.over(at, at + 1);
    return Math.floor((at + (segment?.offsetMs ?? 0)) / DAY_MS);
  }

  private findOn(day: number): readonly Span[] {
    const [from, until] = [day * DAY_MS, (day + 1) * DAY_MS];
    const found: Span[] = [];
    for (const segment of this.offsets.over(from, until)) {
      const [start, end] = [Math.max(from, segment.from), Math.min(until, segment.until)];
      // The night shift of the day before may still be open.
      const firstDay = Math.floor((start + segment.offsetMs) / DAY_MS) - 1;
      const lastDay = Math.floor((end - 1 + segment.offsetMs) / DAY_MS);
      for (let local = firstDay; local <= lastDay; local++) {
        for (const period of this.periodsOf(local)) {
          const midnight = local * DAY_MS - segment.offsetMs;
          found.push({
            from: Math.max(start, midnight + period.from * MINUTE_MS),
            until: Math.min(end, midnight + period.until * MINUTE_MS),
          });
        }
      }
    }
    return found;
  }

  private periodsOf(localDay: number): readonly MinuteSpan[] {
    return this.holidays.has(localDay) ? [] : (this.week.get(weekdayOf(localDay)) ?? []);
  }
}
