import { isTimelineDecision, isTold, type TimelineEntryView, type TouchpointEvent } from '#contracts';
import { type RecordedEvent } from '#kernel';
import { type OpenTimeline } from './open-timeline.port.js';
import { openEntries, type EntryColumns } from './timeline-entries.js';
import { rowOfDecision, rowOfTouchpoint, timeline, type TimelineRow } from './timeline.projection.js';

const isTouchpoint = (event: RecordedEvent): event is TouchpointEvent =>
  event.type.startsWith('touchpoint.') && event.type in timeline.when;
const rowsOf = (event: RecordedEvent): readonly TimelineRow[] => {
  if (isTouchpoint(event)) return [rowOfTouchpoint(event)];
  return isTimelineDecision(event) && !isTold(event) ? [rowOfDecision(event)] : [];
};
const hasData = (row: TimelineRow): row is EntryColumns => typeof row.data === 'object' && row.data !== null;

/** The entries that events, as they are stored, make on the timelines of their customers; other events make none. */
export const entriesOfEvents = (
  open: OpenTimeline,
  events: readonly RecordedEvent[],
): Promise<readonly TimelineEntryView[]> => openEntries(open, events.flatMap(rowsOf).filter(hasData));
