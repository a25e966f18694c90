import { randomUUID } from 'node:crypto';
import { touchpointOfMessage } from '#capabilities';
import { type FieldError, type TouchpointResult } from '#contracts';
import { type Quarantine } from '#platform/quarantine';
import { type MessageResult, type MessagesRequest } from './messages/record-messages.command.js';
import { type RecordingContext, type RecordTouchpointsInto } from './record-touchpoints.js';
import { type KeptMessage, sealMessage, type SealingPorts } from './quarantined-message.js';

export interface MessagesContext
  extends Omit<MessagesRequest, 'principal'>, Pick<RecordingContext, 'correlationId' | 'causationId'> {}

export type RecordMessagesInto = (
  messages: readonly unknown[],
  context: MessagesContext,
) => Promise<readonly MessageResult[]>;

export interface MessagePorts extends SealingPorts {
  readonly recordTouchpoints: RecordTouchpointsInto;
  readonly quarantine: Quarantine;
}

/** Touchpoints that go to the store together. */
const BATCH = 200;

/** The way of an SDK's messages: read as touchpoints, recorded, and set aside where that cannot be done. */
export const createMessageRecorder =
  (ports: MessagePorts): RecordMessagesInto =>
  async (messages, context) => {
    const named = messages.map((message) => withId(ports, message, context.source));
    const read = named.map((message) =>
      touchpointOfMessage(message, { ...context, defaultRegion: ports.defaultRegion }),
    );
    const touchpoints = read.flatMap((each) => (each.ok ? [each.value] : []));
    const unreadable = touchpoints.length < read.length;
    // With something to refuse already, nothing else needs to be judged.
    const recorded = context.strict && unreadable ? [] : await recordAll(ports, touchpoints, context);
    const results: MessageResult[] = [];
    let next = 0;
    for (const [index, each] of read.entries()) {
      const result = each.ok ? recorded[next++] : refused(each.reason);
      const kind = each.ok && typeof each.value['kind'] === 'string' ? { kind: each.value['kind'] } : {};
      results.push({ ...kind, ...(await judged(ports, named[index], result, context)) });
    }
    return results;
  };

async function recordAll(
  { recordTouchpoints }: MessagePorts,
  touchpoints: readonly unknown[],
  context: MessagesContext,
): Promise<readonly TouchpointResult[]> {
  const results: TouchpointResult[] = [];
  // All of it decides whether anything is stored.
  const batch = context.strict ? touchpoints.length : BATCH;
  for (let start = 0; start < touchpoints.length; start += batch)
    results.push(...(await recordTouchpoints(touchpoints.slice(start, start + batch), context)));
  return results;
}

async function judged(
  ports: MessagePorts,
  message: unknown,
  result: TouchpointResult | undefined,
  context: MessagesContext,
): Promise<MessageResult> {
  if (result === undefined) return notStored;
  if (result.status !== 'refused') return result;
  // The same message id was stored before, with a time that another `sentAt` corrected: what was sent again is that message.
  const id = result.id === undefined ? {} : { id: result.id };
  if (result.code === 'id_reused') return { status: 'duplicate', ...id };
  // What everybody may send must not fill what is kept for others.
  if (context.strict || context.isClaimed === true) return result;
  const { sentAt, receivedAt } = context;
  const kept: KeptMessage = { message, sentAt, receivedAt };
  const isKept = await ports.quarantine.put(await sealMessage(ports, kept, context.source, result.errors));
  const { errors } = result;
  return isKept ? { status: 'quarantined', ...id, errors } : { ...result, code: 'quarantine_full' };
}

const refused = (errors: readonly FieldError[]): TouchpointResult => ({ status: 'refused', code: 'invalid', errors });

const notStored: TouchpointResult = { status: 'refused', code: 'not_stored', errors: [] };

/**
 * A message without an id gets one from what it says, so that sending it again changes nothing; without a time, too, two that are the same
 * are two things that happened.
 */
function withId({ vault }: MessagePorts, message: unknown, source: string): unknown {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return message;
  const said: Readonly<Record<string, unknown>> = { ...message };
  if (said['messageId'] !== undefined && said['messageId'] !== null && said['messageId'] !== '') return message;
  const { sentAt, ...rest } = said;
  const isTimed = said['timestamp'] !== undefined || said['originalTimestamp'] !== undefined;
  return {
    ...rest,
    ...(sentAt !== undefined && { sentAt }),
    messageId: isTimed ? vault.uuid('message', source, JSON.stringify(rest)) : randomUUID(),
  };
}
