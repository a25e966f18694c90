import { createHash } from 'node:crypto';
import { identifiersOfSent, readCloudEvent, type ReadCloudEvent } from '#capabilities';
import {
  decodeUtf8,
  type FieldError,
  type Identifier,
  mediaTypeOf,
  parseTraceContext,
  readTouchpointText,
} from '#contracts';
import { type EpochMs, fail, type Result, succeed } from '#kernel';
import { type BusRecord, firstWrittenAt } from '#platform/bus';

/** A record as a touchpoint that is still to be judged, or why it is none. */
export type ReadRecord = ReadCloudEvent;

const CONTENT_TYPE = 'content-type';
const ATTRIBUTE = 'ce_';
const STRUCTURED = 'application/cloudevents+json';

/**
 * What a record says, in each of the forms that it may have:
 *
 * - a touchpoint as `POST /v1/touchpoints` takes it;
 * - a CloudEvent in structured mode: told by its content type or by its `specversion`, which no touchpoint has;
 * - a CloudEvent in binary mode: its attributes are headers `ce_…`, its data is the value.
 */
export function readRecord(record: BusRecord, now: EpochMs): ReadRecord {
  const { headers, bytes = Buffer.from(record.value), writtenAt = now, stampedBy } = record;
  // The same each time that the record is read, as long as its sender did not make up a time that is none.
  const receivedAt = stampedBy === 'sender' ? Math.min(now, firstWrittenAt(record) ?? now) : writtenAt;
  const context = { receivedAt, digest };
  if (headers[`${ATTRIBUTE}specversion`] !== undefined) {
    const data = dataOf(bytes, mediaTypeOf(headers[CONTENT_TYPE]));
    return data.ok ? readCloudEvent({ ...attributesOf(headers), ...data.value }, context) : unread(data);
  }
  const read = readValue(bytes);
  if (!read.ok) return unread(read);
  if (mediaTypeOf(headers[CONTENT_TYPE]) === STRUCTURED || isCloudEvent(read.value))
    return readCloudEvent(read.value, context);
  const trace = parseTraceContext(headers['traceparent'], headers['tracestate']);
  return { touchpoint: read, isKnownById: false, trace };
}

/** Whom a record names, as far as that can be recognised, whatever is wrong with the rest of it. */
export function identifiersOfRecord(
  { headers, value, bytes = Buffer.from(value) }: BusRecord,
  defaultRegion: string,
): readonly Identifier[] {
  const said = parsed(bytes);
  const isBinary = headers[`${ATTRIBUTE}specversion`] !== undefined;
  const sent = isBinary ? { ...attributesOf(headers), data: said } : said;
  return identifiersOfSent(sent, { digest, defaultRegion });
}

/** Who says to have sent a record; empty where it does not say so. Nobody has proved it. */
export function sourceOfRecord({ headers, value, bytes = Buffer.from(value) }: BusRecord): string {
  const header = headers[`${ATTRIBUTE}source`];
  if (header !== undefined) return header;
  const said = parsed(bytes);
  const source: unknown = typeof said === 'object' && said !== null && 'source' in said ? said.source : undefined;
  return typeof source === 'string' ? source : '';
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

const unread = (touchpoint: ReadRecord['touchpoint']): ReadRecord => ({
  touchpoint,
  isKnownById: false,
  trace: undefined,
});

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const isCloudEvent = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, 'specversion');

type Read = Result<unknown, readonly FieldError[]>;

function readValue(bytes: Uint8Array): Read {
  const read = readTouchpointText(bytes);
  return read.ok ? read : fail([{ pointer: '', code: read.reason, detail: '' }]);
}

/** Kafka protocol binding of CloudEvents 1.0.2, §3.2.3: text in UTF-8, nothing encoded. Data has its own place. */
function attributesOf(headers: BusRecord['headers']): Readonly<Record<string, unknown>> {
  const attributes = Object.entries(headers).flatMap(([header, value]): [string, string][] => {
    const name = header.startsWith(ATTRIBUTE) ? header.slice(ATTRIBUTE.length) : 'data';
    return name === 'data' || name === 'data_base64' ? [] : [[name, value]];
  });
  const type = headers[CONTENT_TYPE];
  return { ...Object.fromEntries(attributes), ...(type !== undefined && { datacontenttype: type }) };
}

const isJson = (type: string | undefined): boolean =>
  type === '' || type === 'application/json' || type?.endsWith('+json') === true;

/** The members of the JSON format that hold the data. */
function dataOf(bytes: Uint8Array, type: string | undefined): Result<object, readonly FieldError[]> {
  if (bytes.length === 0) return succeed({});
  if (isJson(type)) {
    const data = readValue(bytes);
    return data.ok ? succeed({ data: data.value }) : data;
  }
  const text = type?.startsWith('text/') === true ? decodeUtf8(bytes) : undefined;
  return succeed(text === undefined ? { data_base64: Buffer.from(bytes).toString('base64') } : { data: text });
}
