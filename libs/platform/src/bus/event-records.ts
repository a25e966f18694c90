import { type CloudEventDto, fromCloudEvent, toCloudEvent } from '#contracts';
import { jsonText, parseJson, type RecordedEvent } from '#kernel';
import { type BusRecord, type NewBusRecord } from './bus.port.js';

/** Number of a record in its partition: 1 and up, without holes. */
export const SEQUENCE_HEADER = 'relay-seq';
const CONTENT_TYPE_HEADER = 'content-type';

/**
 * An event in the Kafka protocol binding of CloudEvents 1.0, binary mode: attributes as headers, the data as the value. The headers
 * are written out for the same reason as the attributes below.
 */
export function recordOf(event: RecordedEvent, partition: number, sequence: bigint): NewBusRecord {
  const attributes = toCloudEvent(event);
  const { traceparent, tracestate } = attributes;
  const headers: Record<string, string> = {
    [CONTENT_TYPE_HEADER]: attributes.datacontenttype,
    [SEQUENCE_HEADER]: sequence.toString(),
    ce_specversion: attributes.specversion,
    ce_id: attributes.id,
    ce_source: attributes.source,
    ce_type: attributes.type,
    ce_subject: attributes.subject,
    ce_time: attributes.time,
    ce_dataschema: attributes.dataschema,
    ce_stream: attributes.stream,
    ce_streamversion: attributes.streamversion,
    ce_position: attributes.position,
    ce_recordedat: attributes.recordedat,
    ce_correlationid: attributes.correlationid,
    ce_causationid: attributes.causationid,
  };
  if (traceparent !== undefined) headers['ce_traceparent'] = traceparent;
  if (tracestate !== undefined) headers['ce_tracestate'] = tracestate;
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
  const read = fromCloudEvent(attributesOf(record.headers, dataOf(record)));
  if (!read.ok)
    throw new ForeignRecordError(record, read.reason.map(({ pointer, code }) => `${pointer} ${code}`).join(', '));
  return read.value;
}

type Unread = { readonly [Name in keyof CloudEventDto]: unknown };

/**
 * Each by its name, those that the relay writes and no others: an object whose members come by names that are made up while it runs
 * is a hash table, and making and reading that was a third of reading a record.
 */
const attributesOf = (headers: BusRecord['headers'], data: unknown): Unread => ({
  specversion: headers['ce_specversion'],
  id: headers['ce_id'],
  source: headers['ce_source'],
  type: headers['ce_type'],
  subject: headers['ce_subject'],
  time: headers['ce_time'],
  datacontenttype: headers[CONTENT_TYPE_HEADER],
  dataschema: headers['ce_dataschema'],
  stream: headers['ce_stream'],
  streamversion: headers['ce_streamversion'],
  position: headers['ce_position'],
  recordedat: headers['ce_recordedat'],
  correlationid: headers['ce_correlationid'],
  causationid: headers['ce_causationid'],
  traceparent: headers['ce_traceparent'],
  tracestate: headers['ce_tracestate'],
  data,
});

function dataOf(record: BusRecord): unknown {
  try {
    return parseJson(record.value);
  } catch {
    throw new ForeignRecordError(record, 'its value is no JSON');
  }
}
