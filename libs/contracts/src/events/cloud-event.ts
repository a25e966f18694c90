import { fail, type RecordedEvent, type Result, succeed } from '#kernel';
import { fieldError, pointerTo } from '../touchpoints/field-errors.js';
import { type FieldError } from '../touchpoints/touchpoint-result.js';
import { CloudEventDto, CONTENT_TYPE, SPEC_VERSION } from './cloud-event.dto.js';
import { compileReader, type Reader } from './compiled/compile-reader.js';
import { check } from './fields/check.js';
import { schemaPath } from './json-schema/schemas.js';

/**
 * The event as CloudEvents 1.0, its data as it is: sealed, opened, or without what was sealed. With the address of the
 * installation (`https://safar.example`, no slash at the end) `dataschema` is a URI, as the specification wants it for
 * strangers; without it, a path.
 */
export const toCloudEvent = (event: RecordedEvent, installation = ''): CloudEventDto => ({
  specversion: SPEC_VERSION,
  id: event.id,
  source: event.meta.source,
  type: event.type,
  subject: event.key,
  time: new Date(event.occurredAt).toISOString(),
  datacontenttype: CONTENT_TYPE,
  dataschema: installation + schemaPath({ type: event.type, version: event.schemaVersion }),
  stream: event.stream,
  streamversion: String(event.version),
  position: event.position.toString(),
  recordedat: new Date(event.recordedAt).toISOString(),
  correlationid: event.meta.correlationId,
  causationid: event.meta.causationId,
  // The extension for distributed tracing names them like the headers.
  ...traceOf(event.meta),
  data: event.data,
});

let reader: Reader<CloudEventDto> | undefined;

/** Every record of a topic is read by it, where class-validator takes 80 µs; compiled when the first one comes. */
const readCompiled = (value: object): CloudEventDto | undefined =>
  (reader ??= compileReader(CloudEventDto))(value, { bytes: 0, units: 0 });

/** Reads what `toCloudEvent` made. The data is not looked into. */
export function fromCloudEvent(value: unknown): Result<RecordedEvent, readonly FieldError[]> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail([fieldError('', 'not_an_object')]);
  const data = 'data' in value ? value.data : undefined;
  const known = readCompiled(value);
  return known ? eventOf(known, data) : readSlowly(value, data);
}

/** Says what is wrong, or takes it after all: the verdict of class-validator counts. */
function readSlowly(value: object, data: unknown): Result<RecordedEvent, readonly FieldError[]> {
  const { value: read, broken } = check(CloudEventDto, value);
  const errors = broken.map(({ path, code, limits }) => fieldError(path.reduce(pointerTo, ''), code, { limits }));
  return errors.length > 0 ? fail(errors) : eventOf(read, data);
}

function eventOf(read: CloudEventDto, data: unknown): Result<RecordedEvent, readonly FieldError[]> {
  const [type, schemaVersion] = read.dataschema.split('/').slice(-2);
  if (type !== read.type)
    return fail([fieldError('/dataschema', 'malformed', { limits: [schemaPath({ type: read.type, version: 1 })] })]);
  return succeed({
    id: read.id,
    type: read.type,
    schemaVersion: Number(schemaVersion),
    key: read.subject,
    occurredAt: Date.parse(read.time),
    data,
    meta: { source: read.source, correlationId: read.correlationid, causationId: read.causationid, ...traceOf(read) },
    stream: read.stream,
    version: Number(read.streamversion),
    position: BigInt(read.position),
    recordedAt: Date.parse(read.recordedat),
  });
}

function traceOf({ traceparent, tracestate }: { traceparent?: string; tracestate?: string }) {
  return { ...(traceparent !== undefined && { traceparent }), ...(tracestate !== undefined && { tracestate }) };
}
