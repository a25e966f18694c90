import { type EventMeta, parseJson, type RecordedEvent } from '#kernel';
import { parseTimestamp } from './timestamps.js';

export const EVENT_COLUMNS =
  'position, stream, version, event_id, type, schema_version, key, data, meta, occurred_at, recorded_at';

/** Text of the columns above, in their order. */
export type EventRow = readonly [
  position: string,
  stream: string,
  version: string,
  eventId: string,
  type: string,
  schemaVersion: string,
  key: string,
  data: string,
  meta: string,
  occurredAt: string,
  recordedAt: string,
];

/** What counts for the size of a page. */
export const charactersOf = (row: EventRow): number => row[7].length + row[8].length;

/**
 * Reads rows one after the other. Neighbours were mostly recorded by the same flush and often reported together: a time or
 * metadata that is spelled like the one before is not read again.
 */
export class EventRowReader {
  #recordedText = '';
  #recordedAt = 0;
  #metaText = '';
  #meta: EventMeta = { source: '', correlationId: '', causationId: '' };

  read(row: EventRow): RecordedEvent {
    const metaText = row[8];
    if (metaText !== this.#metaText) {
      this.#meta = JSON.parse(metaText) as EventMeta;
      this.#metaText = metaText;
    }
    const recordedText = row[10];
    if (recordedText !== this.#recordedText) {
      this.#recordedAt = parseTimestamp(recordedText);
      this.#recordedText = recordedText;
    }
    return {
      id: row[3],
      type: row[4],
      schemaVersion: +row[5],
      key: row[6],
      occurredAt: parseTimestamp(row[9]),
      data: parseJson(row[7]),
      meta: this.#meta,
      stream: row[1],
      version: +row[2],
      position: BigInt(row[0]),
      recordedAt: this.#recordedAt,
    };
  }
}
