import { complaint, type Complaint, MAX_COMPLAINT_EVENTS, receivedComplaint } from '#capabilities';
import {
  type ComplaintEvent,
  type ComplaintFact,
  complaintStream,
  isComplaintEvent,
  type TouchpointEvent,
  upcast,
} from '#contracts';
import { type EpochMs, type EventMeta, type NewEvent } from '#kernel';
import { type AppendOutcome, type StreamAppend } from '#platform/event-store';
import { type PersonaKeyRef, type Vault } from '#platform/vault';
import { type ConversationLogPorts, keyOf, type LoadedConversation } from '../conversations/conversation-log.js';
import { sealEvent } from '../sealing.js';
import { referenceOf } from './reference.js';

export interface LoadedComplaint {
  readonly id: string;
  /** Sealed, as the store has them. */
  readonly events: readonly ComplaintEvent[];
  readonly state: Complaint;
}

/** Of any page: a complaint has few events, and each of them is a person's. */
const PAGE = 1_000;

export async function loadComplaint({ store }: ConversationLogPorts, id: string): Promise<LoadedComplaint> {
  const events: ComplaintEvent[] = [];
  for (let full = true; full;) {
    const page = await store.readStream(complaintStream(id), events.length, PAGE);
    events.push(...page.events.map(upcast).filter(isComplaintEvent));
    full = page.full;
    if (full && events.length > MAX_COMPLAINT_EVENTS + PAGE)
      throw new Error(`complaint ${id} is longer than any may become`);
  }
  return { id, events, state: events.map(factOf).reduce(complaint.evolve, complaint.initial) };
}

// A type and its data come from one event, which the compiler does not follow through a union.
const factOf = ({ type, occurredAt, data }: ComplaintEvent): ComplaintFact =>
  ({ type, at: occurredAt, data }) as ComplaintFact;

export interface ComplaintAppend {
  readonly customerId: string;
  readonly incarnation: number;
  /** Of the command: names the append and its events, so that doing it again does nothing. */
  readonly commandId: string;
  readonly requestHash: Uint8Array;
  readonly meta: Omit<EventMeta, 'causationId'>;
}

/** What a command asks for is in the ids of its events: whoever finds them knows whether it is the same command. */
const eventIdOf = (
  vault: Pick<Vault, 'uuid'>,
  { commandId, requestHash }: Pick<ComplaintAppend, 'commandId' | 'requestHash'>,
): string => vault.uuid('complaint-event', commandId, Buffer.from(requestHash).toString('hex'));

/** The event that a command has left; `reused` where it is another command's, of the same key. */
export function eventOfCommand(
  { vault }: Pick<ConversationLogPorts, 'vault'>,
  { events }: LoadedComplaint,
  command: Pick<ComplaintAppend, 'commandId' | 'requestHash'>,
): ComplaintEvent | 'reused' | undefined {
  const left = events.find(({ meta }) => meta.causationId === command.commandId);
  return left === undefined || left.id === eventIdOf(vault, command) ? left : 'reused';
}

/**
 * Appends a fact at the version that it was decided at. `erased`: the customer's key is gone, and nobody can ever read what was said;
 * where another process had destroyed it meanwhile, that is seen after the append, and what was received is forgotten.
 */
export async function appendFact(
  { store, vault }: ConversationLogPorts,
  { id, events }: LoadedComplaint,
  fact: ComplaintFact,
  context: ComplaintAppend,
): Promise<AppendOutcome | { readonly status: 'erased' }> {
  const { customerId, incarnation, commandId, requestHash } = context;
  const key = await keyOf(vault, customerId);
  if (key?.incarnation !== incarnation) return { status: 'erased' };
  const stream = complaintStream(id);
  const outcome = await store.append({
    appendId: vault.uuid('complaint-append', commandId),
    requestHash,
    streams: [
      {
        stream,
        expect: events.length === 0 ? 'none' : { version: events.length },
        events: [sealEvent(vault, key, eventOf(context, eventIdOf(vault, context), fact))],
      },
    ],
  });
  if (outcome.status !== 'appended' || fact.type !== 'complaint.received') return outcome;
  vault.forget(customerId);
  if ((await keyOf(vault, customerId))?.incarnation === incarnation) return outcome;
  await store.append({
    appendId: vault.uuid('complaint-forgotten', commandId),
    requestHash,
    streams: [forgetting(vault, { id, at: fact.at }, context)],
  });
  return { status: 'erased' };
}

const eventOf = (
  { customerId, commandId, meta }: Omit<ComplaintAppend, 'requestHash'>,
  id: string,
  { type, at, data }: ComplaintFact,
): NewEvent => ({
  ...{ id, type, schemaVersion: 1, key: customerId, occurredAt: at, data },
  meta: { ...meta, causationId: commandId },
});

/** What nobody can read is in no list. */
function forgetting(
  vault: Pick<Vault, 'uuid'>,
  { id, at }: { readonly id: string; readonly at: EpochMs },
  context: ComplaintAppend,
): StreamAppend {
  const { customerId, commandId } = context;
  const eventId = vault.uuid('complaint-forgotten', commandId, 'event');
  const events = [eventOf(context, eventId, { type: 'complaint.forgotten', at, data: { customerId } })];
  return { stream: complaintStream(id), expect: 'any', events };
}

/** Of a conversation that takes up more of them, the newest are looked at. */
const MAX_LOOKED_AT = 10;

const ofTouchpoint = (vault: Pick<Vault, 'uuid'>, eventId: string): string => vault.uuid('complaint-of', eventId);

/** The newest complaint that a touchpoint of a conversation made and that is not closed. */
export async function openByTouchpoint(
  ports: ConversationLogPorts,
  events: LoadedConversation['events'],
): Promise<string | undefined> {
  const made = events.flatMap(({ type, data }) =>
    type === 'conversation.message_received' && data.kind === 'complaint' ? [data.messageId] : [],
  );
  for (const messageId of made.slice(-MAX_LOOKED_AT).reverse()) {
    const { id, state } = await loadComplaint(ports, ofTouchpoint(ports.vault, messageId));
    if (state.stage !== 'unknown' && state.stage !== 'closed') return id;
  }
  return undefined;
}

/** What is stored with the conversation that a touchpoint opens, and what is where its customer turns out to be erased. */
export interface Beside {
  readonly beside: readonly StreamAppend[];
  readonly forgotten: readonly StreamAppend[];
}

/**
 * The complaint that a touchpoint is. Its id follows from the touchpoint, and it is stored in the append that opens its conversation:
 * there is one for each, whatever is delivered twice or dies in between.
 */
export function besideConversation(
  vault: Vault,
  key: PersonaKeyRef,
  { event, conversationId }: { readonly event: TouchpointEvent; readonly conversationId: string },
  context: ComplaintAppend,
): Beside {
  const id = ofTouchpoint(vault, event.id);
  const { incarnation } = context;
  const command = receivedComplaint(event, { conversationId, incarnation, reference: referenceOf(vault, id) });
  const decision = command && complaint.decide(complaint.initial, command);
  if (!decision?.accepted) return { beside: [], forgotten: [] };
  const events = decision.events.map((fact) =>
    sealEvent(vault, key, eventOf(context, eventIdOf(vault, context), fact)),
  );
  return {
    beside: [{ stream: complaintStream(id), expect: 'none', events }],
    forgotten: [forgetting(vault, { id, at: event.occurredAt }, context)],
  };
}
