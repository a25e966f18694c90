import { type SegmentCall } from '#capabilities';
import { structureOf } from '#contracts';
import { ARRAY_ITEMS, DEPTH } from '../intake/limits.js';
import { ProblemError } from '../problems/problem-error.js';

type Sent = Readonly<Record<string, unknown>>;

/** A request of an SDK, read as far as its messages. */
export interface SdkRequest {
  /** As the body says it; browsers have no other place for it. */
  readonly writeKey: string | undefined;
  /** By the sender's clock, any JSON value. */
  readonly sentAt: unknown;
  /** Each with its `type`, and with the context of the request under its own. */
  readonly messages: readonly unknown[];
}

/** Around the message: the batch's list and the batch itself. */
const ENVELOPE_DEPTH = 2;
const isSent = (value: unknown): value is Sent => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads the body of a call as JSON, whatever its content type said.
 * @throws ProblemError `malformed_json`, `invalid_messages` or `too_many_items`
 */
export function readSdkBody(bytes: Uint8Array, call: SegmentCall | 'batch'): SdkRequest {
  const { depth } = structureOf(bytes);
  if (depth > DEPTH + ENVELOPE_DEPTH) throw new ProblemError('malformed_json');
  const body = parse(bytes);
  if (!isSent(body)) throw new ProblemError('invalid_messages');
  const { writeKey, sentAt, batch } = body;
  const common = { writeKey: typeof writeKey === 'string' ? writeKey : undefined, sentAt };
  if (call !== 'batch') {
    const { writeKey: _key, ...message } = body;
    return { ...common, messages: [{ ...message, type: call }] };
  }
  if (!Array.isArray(batch)) throw new ProblemError('invalid_messages');
  const sent: readonly unknown[] = batch;
  if (sent.length > ARRAY_ITEMS) throw new ProblemError('too_many_items');
  return { ...common, messages: sent.map((message) => withContext(message, body['context'])) };
}

/** What a batch says of all its messages counts where a message says nothing itself. */
function withContext(message: unknown, context: unknown): unknown {
  if (!isSent(message) || !isSent(context)) return message;
  const own = message['context'];
  return { ...message, context: isSent(own) ? { ...context, ...own } : context };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new ProblemError('malformed_json');
  }
}
