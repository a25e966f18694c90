import { textDirections, type Channel, type Identifier, type TimelineEntryView } from '#contracts';
import { type EpochMs } from '#kernel';
import { type OpenedEntry, type OpenTimeline } from './open-timeline.port.js';

/** What is read of a row. Numbers leave as text or float8, so that it does not matter how the driver reads a bigint. */
export const entryColumns = `
  persona_id::text AS customer_id, event_id::text AS event_id, position::text AS position, version, type, schema_version,
  kind, channel, source, data,
  (extract(epoch FROM occurred_at) * 1000)::float8 AS occurred_ms,
  (extract(epoch FROM recorded_at) * 1000)::float8 AS recorded_ms`;

export interface EntryColumns {
  readonly customer_id: string;
  readonly event_id: string;
  readonly position: string;
  readonly version: number;
  readonly type: string;
  readonly schema_version: number;
  readonly kind: string;
  readonly channel: Channel | null;
  readonly source: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly occurred_ms: EpochMs;
  readonly recorded_ms: EpochMs;
}

/** The entries of rows, in their order. */
export async function openEntries(
  timeline: OpenTimeline,
  rows: readonly EntryColumns[],
): Promise<readonly TimelineEntryView[]> {
  if (rows.length === 0) return [];
  const opened = await timeline.open(
    rows.map((row) => ({
      customerId: row.customer_id,
      eventId: row.event_id,
      type: row.type,
      schemaVersion: row.schema_version,
      occurredAt: row.occurred_ms,
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
  position: row.position,
  version: row.version,
  type: row.type,
  schemaVersion,
  kind: row.kind,
  customerId: row.customer_id,
  channel: row.channel,
  source: row.source,
  occurredAt: new Date(row.occurred_ms).toISOString(),
  recordedAt: new Date(row.recorded_ms).toISOString(),
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
