import { type NewBusRecord } from './bus.port.js';

/** Of what a record needs beside its own: lengths, offset, time. */
export const FRAME_BYTES = 100;

/** What a record takes, about: senders may put more into keys and headers than into the value. */
export function bytesOf({
  key,
  headers,
  value,
  bytes,
}: Pick<NewBusRecord, 'key' | 'headers' | 'value' | 'bytes'>): number {
  let size = FRAME_BYTES + key.length + (bytes?.length ?? value.length);
  for (const name in headers) size += name.length + (headers[name]?.length ?? 0);
  return size;
}

/** A broker refuses a batch that is too large. */
export function* inParts(records: readonly NewBusRecord[], bytes: number): Generator<readonly NewBusRecord[]> {
  let part: NewBusRecord[] = [];
  let size = 0;
  for (const record of records) {
    const own = bytesOf(record);
    if (part.length > 0 && size + own > bytes) {
      yield part;
      [part, size] = [[], 0];
    }
    part.push(record);
    size += own;
  }
  if (part.length > 0) yield part;
}
