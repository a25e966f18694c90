import { textDirections, type Identifier, type TimelineEntryView } from '#contracts';
import { type OpenedEntry, type OpenTimeline } from './open-timeline.port.js';
import { type TimelineRow } from './timeline.projection.js';

export const entryColumns = `
  persona_id, position, event_id, version, type, schema_version, kind, channel, source, occurred_at, recorded_at, data`;

/** What is read of a row; each value as the projection declares its column. */
export interface EntryColumns extends TimelineRow {
  readonly data: Readonly<Record<string, unknown>>;
}

/** The entries of rows, in their order. */
export async function openEntries(
  timeline: OpenTimeline,
  rows: readonly EntryColumns[],
): Promise<readonly TimelineEntryView[]> {
  if (rows.length === 0) return [];
  const opened = await timeline.open(
    rows.map((row) => ({
      customerId: row.persona_id,
      eventId: row.event_id,
      type: row.type,
      schemaVersion: row.schema_version,
      occurredAt: row.occurred_at,
      data: row.data,
    })),
  );
  if (opened.length !== rows.length) throw new RangeError('not every entry was opened');
  return rows.flatMap((row, index) => {
    const entry = opened[index];
    return entry === undefined ? [] : [toView(row, entry)];
  });
}

const toView = (row: EntryColumns, { data, erased, schemaVersion }: OpenedEntry): TimelineEntryView => ({
  id: row.event_id,
  position: row.position.toString(),
  version: row.version,
  type: row.type,
  schemaVersion,
  kind: row.kind,
  customerId: row.persona_id,
  channel: row.channel,
  source: row.source,
  occurredAt: new Date(row.occurred_at).toISOString(),
  recordedAt: new Date(row.recorded_at).toISOString(),
  erased,
  touchpointId: typeof data['touchpointId'] === 'string' ? data['touchpointId'] : null,
  identifiers: Array.isArray(data['identifiers']) ? data['identifiers'].filter(isIdentifier) : [],
  direction: textDirections.find((direction) => direction === data['direction']) ?? null,
  profile: isObject(data['profile']) ? data['profile'] : {},
  details: isObject(data['details']) ? data['details'] : {},
});

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isIdentifier = (value: unknown): value is Identifier =>
  isObject(value) && typeof value['kind'] === 'string' && typeof value['value'] === 'string';
