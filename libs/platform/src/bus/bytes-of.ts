import { type NewBusRecord } from './bus.port.js';

/** Of what a record needs beside its own: lengths, offset, time. */
const FRAME_BYTES = 100;

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
