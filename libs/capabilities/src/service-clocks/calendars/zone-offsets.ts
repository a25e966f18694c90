import { type EpochMs } from '#kernel';
import { Temporal } from 'temporal-polyfill';

/** A stretch of time in which a zone's wall clock keeps one distance from UTC. */
export interface OffsetSegment {
  readonly from: EpochMs;
  readonly until: EpochMs;
  /** Wall clock − UTC. */
  readonly offsetMs: number;
}

/** Nobody is served outside these; they bound how many changes of an offset can be asked for. */
const EARLIEST: EpochMs = Date.UTC(1800, 0, 1);
const LATEST: EpochMs = Date.UTC(2300, 0, 1);

/**
 * The offsets of one IANA zone, found change by change and kept: asking the time-zone database for a change costs up to 30 ms
 * (a zone without any ahead), and arithmetic over what was found costs nothing.
 */
export class ZoneOffsets {
  private readonly segments: OffsetSegment[] = [];

  constructor(private readonly timeZone: string) {}

  /** Every segment that touches [from, until), in order. */
  over(from: EpochMs, until: EpochMs): readonly OffsetSegment[] {
    if (from < EARLIEST || until > LATEST) throw new RangeError('A calendar knows the years 1800 to 2299.');
    if (this.segments.length === 0) this.segments.push(this.segmentAt(from));
    for (let first = this.segments[0]; first !== undefined && first.from > from; first = this.segments[0]) {
      this.segments.unshift(this.segmentAt(first.from - 1));
    }
    for (let last = this.segments.at(-1); last !== undefined && last.until < until; last = this.segments.at(-1)) {
      this.segments.push(this.segmentAt(last.until));
    }
    // From the end: what is asked for is most often near the latest.
    const touching: OffsetSegment[] = [];
    for (let index = this.segments.length - 1; index >= 0; index--) {
      const segment = this.segments[index];
      if (segment === undefined || segment.until <= from) break;
      if (segment.from < until) touching.unshift(segment);
    }
    return touching;
  }

  private segmentAt(at: EpochMs): OffsetSegment {
    const moment = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(this.timeZone);
    const next = moment.getTimeZoneTransition('next');
    // "previous" is strictly before: a segment's first moment would find the change before its own.
    const previous = moment.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
    return {
      from: previous?.epochMilliseconds ?? EARLIEST,
      until: next?.epochMilliseconds ?? LATEST,
      offsetMs: moment.offsetNanoseconds / 1_000_000,
    };
  }
}

const known = new Map<string, ZoneOffsets>();

/** One per zone; there are some 600 names, so what is kept has a bound. */
export function offsetsOf(timeZone: string): ZoneOffsets {
  const id = zoneName(timeZone);
  if (id === undefined) throw new RangeError(`There is no time zone "${timeZone}".`);
  const offsets = known.get(id) ?? new ZoneOffsets(id);
  known.set(id, offsets);
  return offsets;
}

export const isTimeZone = (text: string): boolean => zoneName(text) !== undefined;

/** The zone's name as the time-zone database spells it; `undefined` for what is no IANA zone (`+03:30` is none). */
export function zoneName(timeZone: string): string | undefined {
  if (!/^[a-z]/i.test(timeZone)) return undefined;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timeZone).timeZoneId;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
