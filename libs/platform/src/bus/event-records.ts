import { fromCloudEvent, toCloudEvent } from '#contracts';
import { jsonText, parseJson, type RecordedEvent } from '#kernel';
import { type BusRecord, type NewBusRecord } from './bus.port.js';

/** Number of a record in its partition: 1 and up, without holes. */
export const SEQUENCE_HEADER = 'relay-seq';
const CONTENT_TYPE_HEADER = 'content-type';
const ATTRIBUTE = 'ce_';
/** Attributes of CloudEvents that are no header of their own: the Kafka binding has another place for them. */
const ELSEWHERE = new Set(['data', 'datacontenttype']);

/** An event in the Kafka protocol binding of CloudEvents 1.0, binary mode: attributes as headers, the data as the value. */
export function recordOf(event: RecordedEvent, partition: number, sequence: bigint): NewBusRecord {
  const attributes = toCloudEvent(event);
  const headers: Record<string, string> = {
    [CONTENT_TYPE_HEADER]: attributes.datacontenttype,
    [SEQUENCE_HEADER]: sequence.toString(),
  };
  for (const [name, value] of Object.entries(attributes))
    if (!ELSEWHERE.has(name)) headers[ATTRIBUTE + name] = String(value);
  return { partition, key: event.key, headers, value: jsonText(event.data) ?? 'null' };
}

/** A record that the relay did not write, or that was changed on its way. */
export class ForeignRecordError extends Error {
  override readonly name = 'ForeignRecordError';
  constructor({ partition, offset }: BusRecord, what: string) {
    super(`the record at partition ${String(partition)}, offset ${offset.toString()} is not one of the relay: ${what}`);
  }
}

/** @throws ForeignRecordError */
export function sequenceOf(record: BusRecord): bigint {
  const text = record.headers[SEQUENCE_HEADER] ?? '';
  if (!/^[1-9]\d{0,18}$/.test(text)) throw new ForeignRecordError(record, `it has no valid ${SEQUENCE_HEADER}`);
  return BigInt(text);
}

/** @throws ForeignRecordError */
export function eventOf(record: BusRecord): RecordedEvent {
  const attributes: Record<string, unknown> = { datacontenttype: record.headers[CONTENT_TYPE_HEADER] };
  for (const name in record.headers) {
    const attribute = attributeOf(name);
    if (attribute !== undefined) attributes[attribute] = record.headers[name];
  }
  const read = fromCloudEvent({ ...attributes, data: dataOf(record) });
  if (!read.ok)
    throw new ForeignRecordError(record, read.reason.map(({ pointer, code }) => `${pointer} ${code}`).join(', '));
  return read.value;
}

const knownAttributes = new Map<string, string | undefined>();
const MOST_ATTRIBUTES = 64;

/** The attribute of a header. They are the same in every record. */
function attributeOf(header: string): string | undefined {
  const known = knownAttributes.get(header);
  if (known !== undefined || knownAttributes.has(header)) return known;
  const attribute = header.startsWith(ATTRIBUTE) ? header.slice(ATTRIBUTE.length) : undefined;
  if (knownAttributes.size < MOST_ATTRIBUTES) knownAttributes.set(header, attribute);
  return attribute;
}

function dataOf(record: BusRecord): unknown {
  try {
    return parseJson(record.value);
  } catch {
    throw new ForeignRecordError(record, 'its value is no JSON');
  }
}
