import { type BusinessCalendar } from '#contracts';
import { type EpochMs } from '#kernel';
import { OpeningHours } from './opening-hours.js';
import { cut, type Span, union } from './spans.js';
import { DAY_MS } from './wall-clock.js';

/** A target that ten years do not reach is none; what looks for it must end. */
const HORIZON_MS = 3_653 * DAY_MS;

/** Time in which a clock stands still; one without an end still lasts. */
export interface Pause {
  readonly from: EpochMs;
  readonly until?: EpochMs;
}

/** A stretch of opening hours, never longer than a day of UTC, and the version of the calendar that it comes from. */
export interface OpenSpan extends Span {
  readonly version: number;
  /** Local date on which it lies, in days since 1 January 1970. */
  localDay(): number;
}

interface VersionInForce extends Span {
  readonly version: number;
  readonly hours: OpeningHours;
}

const prepared = new WeakMap<BusinessCalendar, readonly VersionInForce[]>();

/** BH(c, t1, t2): seconds that the calendar is open in [t1, t2), to the millisecond. 0 where t2 ≤ t1. */
export const businessSeconds = (calendar: BusinessCalendar, t1: EpochMs, t2: EpochMs): number =>
  businessMs(calendar, t1, t2) / 1000;

/** The same in milliseconds, without what lies in a pause. */
export function businessMs(
  calendar: BusinessCalendar,
  t1: EpochMs,
  t2: EpochMs,
  pauses: readonly Pause[] = [],
): number {
  const still = stillIn(pauses);
  let total = 0;
  for (const open of openSpans(calendar, t1, t2))
    for (const { from, until, inside } of cut(open, still)) if (!inside) total += until - from;
  return total;
}

/**
 * The least t with BH(start, t) − business time paused in [start, t) ≥ target. `undefined` where there is none: a pause still
 * lasts, or the calendar does not open long enough in ten years.
 */
export function due(
  calendar: BusinessCalendar,
  start: EpochMs,
  targetSeconds: number,
  pauses: readonly Pause[] = [],
): EpochMs | undefined {
  let leftMs = targetSeconds * 1000;
  if (leftMs <= 0) return start;
  const still = stillIn(pauses);
  const last = still.at(-1);
  // Nothing after the beginning of a pause that still lasts can be reached.
  const end = Math.min(start + HORIZON_MS, last?.until === Infinity ? last.from : Infinity);
  for (const open of openSpans(calendar, start, end)) {
    for (const { from, until, inside } of cut(open, still)) {
      if (inside) continue;
      if (until - from >= leftMs) return from + leftMs;
      leftMs -= until - from;
    }
  }
  return undefined;
}

/** Pauses as spans in order, each moment once. */
export const stillIn = (pauses: readonly Pause[]): readonly Span[] =>
  union(pauses.map(({ from, until = Infinity }) => ({ from, until })));

/** Every stretch of opening hours in [from, until), in order. */
export function* openSpans(calendar: BusinessCalendar, from: EpochMs, until: EpochMs): Generator<OpenSpan, void> {
  for (const { version, hours, ...inForce } of inForceOf(calendar)) {
    const [start, end] = [Math.max(from, inForce.from), Math.min(until, inForce.until)];
    for (let day = Math.floor(start / DAY_MS); day * DAY_MS < end; day++) {
      for (const open of hours.onUtcDay(day)) {
        const span = { from: Math.max(start, open.from), until: Math.min(end, open.until) };
        if (span.from < span.until) yield { ...span, version, localDay: () => hours.localDay(span.from) };
      }
    }
  }
}

function inForceOf(calendar: BusinessCalendar): readonly VersionInForce[] {
  const known = prepared.get(calendar);
  if (known !== undefined) return known;
  const versions = calendar.versions.map((version, index) => ({
    version: version.version,
    hours: new OpeningHours(version),
    from: index === 0 ? -Infinity : version.inForceFrom,
    until: calendar.versions[index + 1]?.inForceFrom ?? Infinity,
  }));
  prepared.set(calendar, versions);
  return versions;
}
