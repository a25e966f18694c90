import { type CustomerEvent, type TimelineEntryView } from '#contracts';
import { type RecordedEvent } from '#kernel';
import { type OpenTimeline } from './open-timeline.port.js';
import { openEntries, type EntryColumns } from './timeline-entries.js';
import { timeline, type TimelineRow } from './timeline.projection.js';

const isCustomerEvent = (event: RecordedEvent): event is CustomerEvent => event.type in timeline.when;
const hasData = (row: TimelineRow): row is EntryColumns => typeof row.data === 'object' && row.data !== null;

/** The entries that events, as they are stored, make on the timelines of their customers; decisions without an entry are left out. */
export function entriesOfEvents(
  open: OpenTimeline,
  events: readonly RecordedEvent[],
): Promise<readonly TimelineEntryView[]> {
  const rows = events.filter(isCustomerEvent).flatMap((event) => {
    const row = rowOf(event);
    return row !== undefined && hasData(row) ? [row] : [];
  });
  return openEntries(open, rows);
}

function rowOf(event: CustomerEvent): TimelineRow | undefined {
  if (event.type === 'persona.erased') return undefined;
  const row = timeline.when[event.type](undefined, event, [event.key, event.position]);
  return typeof row === 'object' ? row : undefined;
}
