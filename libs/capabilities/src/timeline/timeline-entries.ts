import { isTimelineDecisionType, textDirections, type Identifier, type TimelineEntryView } from '#contracts';
import { detailsOfDecision, placeOfDecision, toldOf } from './decision-entry.js';
import { type OpenedEntry, type OpenTimeline } from './open-timeline.port.js';
import { type TimelineRow } from './timeline.projection.js';

export const entryColumns = `
  persona_id, position, event_id, version, type, schema_version, kind, channel, source, occurred_at, recorded_at, data`;

/** Of a row: what was reported, where everything else was decided. */
export const isTouchpoint = `(type LIKE 'touchpoint.%')`;

/**
 * Bytes of data after which a page ends, however many entries were asked for: opening and writing it holds the event loop. The usual entry
 * has one kilobyte; an imported one may have a thousand.
 */
export const MAX_PAGE_BYTES = 2 * 1024 * 1024;

/** Entries in an order; what is beyond a page's bytes comes without its data. The first one is never beyond them. */
export const fittingEntries = (entries: string, order: string): string => `
  SELECT ${entryColumns.replace(/, data$/, '')}, CASE WHEN before < ${String(MAX_PAGE_BYTES)} THEN data END AS data
  FROM (
    SELECT *, coalesce(sum(octet_length(data::text))
      OVER (ORDER BY ${order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
    FROM (${entries}) AS found
  ) AS measured`;

/** What is read of a row; each value as the projection declares its column. */
export interface EntryColumns extends TimelineRow {
  readonly data: Readonly<Record<string, unknown>>;
}

/** A row of `fittingEntries`. */
export interface FittingRow extends TimelineRow {
  readonly data: Readonly<Record<string, unknown>> | null;
}

export const fits = <Row extends FittingRow>(row: Row): row is Row & EntryColumns => row.data !== null;

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
      data: isTimelineDecisionType(row.type) ? toldOf(row.data) : row.data,
    })),
  );
  if (opened.length !== rows.length) throw new RangeError('not every entry was opened');
  return rows.flatMap((row, index) => {
    const entry = opened[index];
    return entry === undefined ? [] : [toView(row, entry)];
  });
}

function toView(row: EntryColumns, opened: OpenedEntry): TimelineEntryView {
  const { data, erased, schemaVersion } = opened;
  return {
    id: row.event_id,
    position: row.position.toString(),
    version: row.version,
    category: isTimelineDecisionType(row.type) ? 'decision' : 'touchpoint',
    type: row.type,
    schemaVersion,
    kind: row.kind,
    customerId: row.persona_id,
    channel: row.channel,
    source: row.source,
    occurredAt: new Date(row.occurred_at).toISOString(),
    recordedAt: new Date(row.recorded_at).toISOString(),
    erased,
    direction: textDirections.find((direction) => direction === data['direction']) ?? null,
    ...(isTimelineDecisionType(row.type) ? decided(row, data) : reported(data)),
  };
}

type Own = Pick<
  TimelineEntryView,
  'by' | 'conversationId' | 'complaintId' | 'touchpointId' | 'identifiers' | 'profile' | 'details'
>;

const reported = (data: OpenedEntry['data']): Own => ({
  ...{ by: null, conversationId: null, complaintId: null },
  touchpointId: typeof data['touchpointId'] === 'string' ? data['touchpointId'] : null,
  identifiers: Array.isArray(data['identifiers']) ? data['identifiers'].filter(isIdentifier) : [],
  profile: isObject(data['profile']) ? data['profile'] : {},
  details: isObject(data['details']) ? data['details'] : {},
});

const decided = (row: EntryColumns, data: OpenedEntry['data']): Own => ({
  by: typeof data['by'] === 'string' ? data['by'] : null,
  ...placeOfDecision(row.data, data),
  ...{ touchpointId: null, identifiers: [], profile: {} },
  details: detailsOfDecision(row, data),
});

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isIdentifier = (value: unknown): value is Identifier =>
  isObject(value) && typeof value['kind'] === 'string' && typeof value['value'] === 'string';
