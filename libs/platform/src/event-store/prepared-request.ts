import type { NewEvent } from '#kernel';
import type { AppendRequest, Expectation, StreamAppend } from './event-store.port.js';

/** An append request, checked and serialised: nothing in it can make the store refuse its neighbours. */
export interface PreparedRequest {
  /** In lower case, as it is stored. */
  readonly appendId: string;
  readonly requestHash: Uint8Array;
  readonly parts: readonly PreparedPart[];
  /** Events in all parts. */
  readonly rows: number;
  /** Roughly, of what will be sent. */
  readonly bytes: number;
}

/** The events of a request for one stream. */
export interface PreparedPart {
  readonly stream: string;
  readonly expect: Expectation;
  readonly closes: boolean;
  readonly events: readonly PreparedEvent[];
}

export interface PreparedEvent extends Omit<NewEvent, 'data' | 'meta'> {
  /** JSON. */
  readonly data: string;
  /** JSON. */
  readonly meta: string;
}

const MAX_STREAM_LENGTH = 200;
const HASH_BYTES = 16;
/** The widest schema version and event count that the tables hold. */
const MAX_INTEGER = 2_147_483_647;
/** 0001-01-01 and the end of 9999: what has one spelling in ISO 8601 and in PostgreSQL. */
const MIN_TIME_MS = -62_135_596_800_000;
const MAX_TIME_MS = 253_402_300_799_999;
/** Id, times, version, lengths and so on. */
const BYTES_BESIDE_TEXT = 100;

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** U+0000 is not text in PostgreSQL; half a surrogate pair is not text anywhere. */

const noText = /\u0000|\p{Surrogate}/u;

/** @throws TypeError, RangeError when the request is none: a mistake of the caller, not a refusal. */
export function prepareRequest(request: AppendRequest): PreparedRequest {
  demand(uuidPattern.test(request.appendId), 'appendId must be a UUID');
  demand(request.requestHash.length === HASH_BYTES, `requestHash must have ${String(HASH_BYTES)} bytes`);
  demand(request.streams.length > 0, 'an append must name a stream');
  const parts = request.streams.map(preparePart);
  demand(
    parts.length === 1 || new Set(parts.map(({ stream }) => stream)).size === parts.length,
    'an append may name each stream once',
  );
  let rows = 0;
  let bytes = 0;
  for (const { events } of parts) {
    rows += events.length;
    for (const { data, meta } of events) bytes += data.length + meta.length + BYTES_BESIDE_TEXT;
  }
  return { appendId: request.appendId.toLowerCase(), requestHash: request.requestHash, parts, rows, bytes };
}

function preparePart({ stream, expect, events, close = false }: StreamAppend): PreparedPart {
  demandText(stream, 'stream');
  demand(stream.length <= MAX_STREAM_LENGTH, `a stream's name has at most ${String(MAX_STREAM_LENGTH)} characters`);
  demand(events.length > 0 || close, 'an append must have an event for each stream, or close it');
  if (typeof expect === 'object') demand(isCount(expect.version), 'an expected version is a whole number, 0 or more');
  return { stream, expect, closes: close, events: events.map(prepareEvent) };
}

function prepareEvent(event: NewEvent): PreparedEvent {
  const { id, type, schemaVersion, key, occurredAt } = event;
  demand(uuidPattern.test(id), 'an event id must be a UUID');
  demandText(type, 'type');
  demandText(key, 'key');
  demand(isCount(schemaVersion) && schemaVersion <= MAX_INTEGER, 'schemaVersion must be a whole number');
  demand(occurredAt >= MIN_TIME_MS && occurredAt <= MAX_TIME_MS, 'occurredAt must lie in the years 1 to 9999');
  return {
    id: id.toLowerCase(),
    type,
    schemaVersion,
    key,
    occurredAt: Math.floor(occurredAt),
    data: toJson(event.data, 'data'),
    meta: toJson(event.meta, 'meta'),
  };
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

function toJson(value: unknown, name: string): string {
  const json: string | undefined = JSON.stringify(value);
  if (json === undefined) throw new TypeError(`${name} must be a JSON value`);
  return json;
}

function demandText(value: string, name: string): void {
  demand(value.length > 0 && !noText.test(value), `${name} must be text`);
}

function demand(condition: boolean, message: string): void {
  if (!condition) throw new TypeError(message);
}
