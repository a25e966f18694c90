import { type SegmentCall } from '#capabilities';
import { type Place, placesOf, readTouchpointText, skipSpace, type WrittenItem, writtenItems } from '#contracts';
import { takeTurns } from '#platform/event-loop';
import { ARRAY_ITEMS, TOUCHPOINT_BYTES } from '../intake/limits.js';
import { type Item, readItem, refuseItem } from '../intake/read-item.js';
import { type Language } from '../problems/language.js';
import { ProblemError } from '../problems/problem-error.js';

type Sent = Readonly<Record<string, unknown>>;

/** A request of an SDK, read as far as is needed to know whose it is. */
export interface SdkRequest {
  /** As the body says it; browsers have no other place for it. */
  readonly writeKey: string | undefined;
  /** By the sender's clock, any JSON value. */
  readonly sentAt: unknown;
  readonly messages: WrittenMessages;
}

/** Messages that nobody has looked into yet. */
export interface WrittenMessages {
  readonly count: number;
  /** Each with its `type`, and with the context of the request under its own; or why it cannot be read. */
  read(language: Language): Promise<readonly Item[]>;
}

const OPEN_ARRAY = 0x5b;
const isSent = (value: unknown): value is Sent => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Opens the body of a call as JSON, whatever its content type said. What is built is bounded by one touchpoint: of a batch only what stands around its
 * messages, which are counted and wait.
 * @throws ProblemError `malformed_json`, `body_too_large`, `invalid_messages` or `too_many_items`
 */
export function openSdkBody(bytes: Uint8Array, call: SegmentCall | 'batch'): SdkRequest {
  return call === 'batch' ? openBatch(bytes) : openOne(bytes, call);
}

function openOne(bytes: Uint8Array, call: SegmentCall): SdkRequest {
  const { writeKey, ...message } = envelopeOf(bytes);
  const read = { ok: true, value: { ...message, type: call } } as const;
  return {
    ...{ writeKey: textOf(writeKey), sentAt: message['sentAt'] },
    messages: { count: 1, read: () => Promise.resolve([read]) },
  };
}

function openBatch(bytes: Uint8Array): SdkRequest {
  const places = placesOf(bytes, ['batch', 'context']);
  const place = places.get('batch');
  if (place === undefined || bytes[skipSpace(bytes, place.start)] !== OPEN_ARRAY) {
    envelopeOf(bytes);
    throw new ProblemError('invalid_messages');
  }
  const { writeKey, sentAt, context } = envelopeOf(around(bytes, place));
  const items = writtenItems(bytes.subarray(place.start, place.end), ARRAY_ITEMS);
  if (items === 'malformed') throw new ProblemError('malformed_json');
  if (items === 'too-many') throw new ProblemError('too_many_items');
  const contextPlace = places.get('context');
  // Its name is written with escapes, as no SDK does: nobody measured it, and it would be part of every message.
  if (isSent(context) && contextPlace === undefined) throw new ProblemError('malformed_json');
  const contextBytes = isSent(context) ? lengthOf(contextPlace) : 0;
  return {
    ...{ writeKey: textOf(writeKey), sentAt },
    messages: { count: items.length, read: (language) => readMessages(items, { context, contextBytes, language }) },
  };
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const lengthOf = (place: Place | undefined): number => (place === undefined ? 0 : place.end - place.start);

/** A batch without its messages. */
const around = (bytes: Uint8Array, { start, end }: Place): Uint8Array =>
  Buffer.concat([bytes.subarray(0, start), Buffer.from('[]'), bytes.subarray(end)]);

/** @throws ProblemError */
function envelopeOf(bytes: Uint8Array): Sent {
  const read = readTouchpointText(bytes);
  if (!read.ok) throw new ProblemError(read.reason === 'too_large' ? 'body_too_large' : 'malformed_json');
  if (!isSent(read.value)) throw new ProblemError('invalid_messages');
  return read.value;
}

interface Common {
  readonly context: unknown;
  readonly contextBytes: number;
  readonly language: Language;
}

async function readMessages(items: readonly WrittenItem[], common: Common): Promise<readonly Item[]> {
  const read: Item[] = [];
  for (const item of items) {
    const turn = takeTurns();
    if (turn) await turn;
    read.push(readMessage(item, common));
  }
  return read;
}

/** What a batch says of all its messages counts as part of each: a thousand small ones with a large context are a thousand large ones. */
function readMessage({ bytes, ...structure }: WrittenItem, { context, contextBytes, language }: Common): Item {
  if (bytes.length + contextBytes > TOUCHPOINT_BYTES) return refuseItem('too_large', language);
  const read = readItem(bytes, language, structure);
  return read.ok ? { ok: true, value: withContext(read.value, context) } : read;
}

/** It counts where a message says nothing itself. */
function withContext(message: unknown, context: unknown): unknown {
  if (!isSent(message) || !isSent(context)) return message;
  const own = message['context'];
  return { ...message, context: isSent(own) ? { ...context, ...own } : context };
}
