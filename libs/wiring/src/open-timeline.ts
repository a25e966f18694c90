import { type OpenedEntry, type OpenTimeline, type SealedEntry } from '#capabilities';
import { personalMemberOf } from '#contracts';
import { type RecordedEvent, START } from '#kernel';
import { type DecodeEvents } from './sealing.js';

/** Opens entries of the timeline as events are opened: they keep the data of their events as it is stored. */
export const createTimelineOpener = (decode: DecodeEvents): OpenTimeline => ({
  open: async (entries) => {
    const events = await decode(entries.map(toEvent), 'opened');
    return events.map(({ type, schemaVersion, data }, index): OpenedEntry => {
      const opened = toData(data);
      const wasSealed = entries[index]?.data['sealed'] !== undefined;
      return { schemaVersion, data: opened, erased: wasSealed && opened[personalMemberOf(type)] === undefined };
    });
  },
});

const toData = (data: unknown): Readonly<Record<string, unknown>> =>
  typeof data === 'object' && data !== null ? { ...data } : {};

const toEvent = (entry: SealedEntry): RecordedEvent => ({
  id: entry.eventId,
  type: entry.type,
  schemaVersion: entry.schemaVersion,
  key: entry.customerId,
  occurredAt: entry.occurredAt,
  data: entry.data,
  // What decoding does not look at.
  meta: { source: '', correlationId: '', causationId: '' },
  stream: '',
  version: 0,
  position: START,
  recordedAt: entry.occurredAt,
});
