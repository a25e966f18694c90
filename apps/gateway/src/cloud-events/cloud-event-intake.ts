import { createHash } from 'node:crypto';
import { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { readCloudEvent } from '#capabilities';
import { type FieldError, itemsOf, skipSpace } from '#contracts';
import { fail, succeed } from '#kernel';
import { takeTurns } from '#platform/event-loop';
import { type SenderTrace } from '#wiring';
import { type Caller, senderTrace } from '../access/caller.js';
import { type Answer, answerToArray, answerToOne } from '../intake/answers.js';
import { Bodies } from '../intake/bodies.js';
import { ARRAY_ITEMS, BATCH_ITEMS, TOUCHPOINT_BYTES } from '../intake/limits.js';
import { type Item, readItem, refuseItem } from '../intake/read-item.js';
import { wantsStrict } from '../intake/strict-mode.js';
import { type Recorded, type RecordOptions, TouchpointRecorder } from '../intake/touchpoint-recorder.js';
import { allowanceOf } from '../limits/allowance.js';
import { ProblemError } from '../problems/problem-error.js';
import { attributesOf, type CloudEventMode, dataFormOf } from './cloud-event-request.js';

/** A CloudEvent that is a touchpoint, or why it is none. */
interface Converted {
  readonly item: Item;
  /** See `ReadCloudEvent`. */
  readonly isKnownById: boolean;
  readonly trace?: SenderTrace;
}

interface EventsRequest {
  readonly headers: IncomingHttpHeaders;
  readonly caller: Caller;
  /** Who events without a subject are about. */
  readonly customer: string | undefined;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** CloudEvents as they come in, in each of the three modes. */
@Injectable()
export class CloudEventIntake {
  constructor(
    private readonly recorder: TouchpointRecorder,
    private readonly bodies: Bodies,
  ) {}

  async take(message: IncomingMessage, mode: CloudEventMode, request: EventsRequest): Promise<Answer> {
    // Only in binary mode there may be an event without any data.
    if (mode === 'binary' && !hasBody(request.headers)) return this.#takeOne(binaryItem(undefined, request), request);
    return this.bodies.read(message, async (body) => {
      if (mode === 'batch') return this.#takeBatch(message, body, request);
      const item = mode === 'structured' ? readItem(body, request.caller.language) : binaryItem(body, request);
      return this.#takeOne(item, request);
    });
  }

  async #takeOne(item: Item, request: EventsRequest): Promise<Answer> {
    const converted = convert(item, request);
    const [result] = await this.#record([converted], request);
    // Before the touchpoint there is the event: what is wrong with that has its own name.
    if (!converted.item.ok && converted.item.reason.code === 'invalid')
      throw new ProblemError('invalid_cloud_event', { errors: converted.item.reason.errors });
    return answerToOne(result);
  }

  async #takeBatch(message: IncomingMessage, body: Uint8Array, request: EventsRequest): Promise<Answer> {
    const items = itemsOf(body, ARRAY_ITEMS);
    if (items === 'malformed') throw new ProblemError('malformed_json');
    if (items === 'too-many') throw new ProblemError('too_many_items');
    allowanceOf(message)?.take(items.length - 1);
    const { language } = request.caller;
    const converted: Converted[] = [];
    for (const item of items) {
      await takeTurns();
      converted.push(convert(readItem(item, language), request));
    }
    if (wantsStrict(request.headers)) {
      const read = converted.map(({ item }) => item);
      return answerToArray(await this.recorder.recordAllOrNothing(read, request.caller, optionsFor(converted)));
    }
    const results: Recorded[] = [];
    for (let start = 0; start < converted.length; start += BATCH_ITEMS)
      results.push(...(await this.#record(converted.slice(start, start + BATCH_ITEMS), request)));
    return answerToArray(results);
  }

  async #record(converted: readonly Converted[], { caller }: EventsRequest): Promise<readonly Recorded[]> {
    const items = converted.map(({ item }) => item);
    return this.recorder.record(items, caller, optionsFor(converted));
  }
}

const optionsFor = (converted: readonly Converted[]): RecordOptions => ({
  via: 'cloud-events',
  retold: new Set(converted.flatMap(({ item, isKnownById }) => (isKnownById ? [item] : []))),
  traces: new Map(converted.flatMap(({ item, trace }) => (trace === undefined ? [] : [[item, trace]]))),
});

const hasBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** The JSON format of an event whose attributes are in the headers. */
function binaryItem(body: Uint8Array | undefined, { headers, caller }: EventsRequest): Item {
  const attributes = attributesOf(headers);
  if (body === undefined) return succeed(attributes);
  if (body.length > TOUCHPOINT_BYTES) return refuseItem('too_large', caller.language);
  const form = dataFormOf(headers);
  if (form === 'bytes') return succeed({ ...attributes, data_base64: Buffer.from(body).toString('base64') });
  if (form === 'json') {
    const data = readItem(body.subarray(skipSpace(body)), caller.language);
    return data.ok ? succeed({ ...attributes, data: data.value }) : data;
  }
  try {
    return succeed({ ...attributes, data: new TextDecoder('utf-8', { fatal: true }).decode(body) });
  } catch {
    return refuseItem('invalid_utf8', caller.language);
  }
}

function convert(item: Item, { caller, customer }: EventsRequest): Converted {
  if (!item.ok) return { item, isKnownById: false };
  const { touchpoint, isKnownById, trace } = readCloudEvent(item.value, {
    receivedAt: Date.now(),
    digest,
    language: caller.language,
    ...(customer !== undefined && { customer }),
  });
  return {
    item: touchpoint.ok ? succeed(touchpoint.value) : refusedFor(touchpoint.reason, item.value),
    isKnownById,
    // The headers of a request name the last hop.
    ...(trace !== undefined && { trace: senderTrace(trace) }),
  };
}

function refusedFor(errors: readonly FieldError[], value: unknown): Item {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined;
  const named = typeof id === 'string' && id.length <= 128 ? { id } : {};
  return fail({ status: 'refused', ...named, code: 'invalid', errors });
}
