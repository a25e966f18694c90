import { type BusinessCalendar, type ClockExplanationView, type ClockLineView } from '#contracts';
import { type EpochMs } from '#kernel';
import { openSpans, stillIn } from './calendars/business-time.js';
import { cut } from './calendars/spans.js';
import { dateOf } from './calendars/wall-clock.js';
import { type StartedClock } from './service-clock.decider.js';

/** A year of days with a lunch gap would be 730; nobody reads more than the last of them. */
const MAX_LINES = 200;

const rfc3339 = (at: EpochMs): string => new Date(at).toISOString();

/** The arithmetic of a clock up to `until`, or up to its first stop if that was earlier; and from there to its due time, if that is to come. */
export function explainClock(calendar: BusinessCalendar, clock: StartedClock, until: EpochMs): ClockExplanationView {
  const end = Math.min(until, clock.stoppedAt ?? Infinity);
  const lines = linesOf(calendar, clock, clock.startedAt, end);
  const spentMs = lines.reduce((sum, { seconds }) => sum + Math.round(seconds * 1000), 0);
  const isToCome = clock.status === 'running' && clock.dueAt !== null && clock.dueAt > end;
  const ahead = isToCome ? linesOf(calendar, clock, end, clock.dueAt) : [];
  return {
    startedAt: rfc3339(clock.startedAt),
    until: rfc3339(end),
    dueAt: clock.dueAt === null ? null : rfc3339(clock.dueAt),
    targetSeconds: clock.terms.targetSeconds,
    spentSeconds: spentMs / 1000,
    lines:
      lines.length <= MAX_LINES ? lines : [...drawTogether(lines.slice(0, -MAX_LINES)), ...lines.slice(-MAX_LINES)],
    ahead: ahead.length <= MAX_LINES ? ahead : [...ahead.slice(0, MAX_LINES), ...drawTogether(ahead.slice(MAX_LINES))],
  };
}

/** Each stretch in which the calendar is open, cut where a pause begins or ends. */
function linesOf(calendar: BusinessCalendar, clock: StartedClock, from: EpochMs, until: EpochMs): ClockLineView[] {
  const still = stillIn(clock.pauses);
  const lines: ClockLineView[] = [];
  for (const open of openSpans(calendar, from, until))
    for (const part of cut(open, still))
      lines.push({
        calendarVersion: open.version,
        date: dateOf(open.localDay()),
        from: rfc3339(part.from),
        until: rfc3339(part.until),
        seconds: part.inside ? 0 : (part.until - part.from) / 1000,
        counted: part.inside ? 'paused' : 'open',
        stretches: 1,
      });
  return lines;
}

function drawTogether(lines: readonly ClockLineView[]): readonly ClockLineView[] {
  const sums = new Map<string, ClockLineView>();
  for (const line of lines) {
    const key = `${String(line.calendarVersion)} ${line.counted}`;
    const sum = sums.get(key);
    const seconds = Math.round(((sum?.seconds ?? 0) + line.seconds) * 1000) / 1000;
    sums.set(key, sum === undefined ? line : { ...sum, until: line.until, seconds, stretches: sum.stretches + 1 });
  }
  return [...sums.values()];
}
