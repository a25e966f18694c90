import type { EventMeta, RecordedEvent } from '#kernel';
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

/** Reads rows one after the other; neighbours were mostly recorded by the same flush, so their time is read once. */
export class EventRowReader {
  #recordedText = '';
  #recordedAt = 0;

  read(row: EventRow): RecordedEvent {
    const recordedText = row[10];
    if (recordedText !== this.#recordedText) {
      this.#recordedText = recordedText;
      this.#recordedAt = parseTimestamp(recordedText);
    }
    return {
      id: row[3],
      type: row[4],
      schemaVersion: +row[5],
      key: row[6],
      occurredAt: parseTimestamp(row[9]),
      data: JSON.parse(row[7]) as unknown,
      meta: JSON.parse(row[8]) as EventMeta,
      stream: row[1],
      version: +row[2],
      position: BigInt(row[0]),
      recordedAt: this.#recordedAt,
    };
  }
}
