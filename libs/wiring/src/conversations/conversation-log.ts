import { conversation, type Conversation, MAX_EVENTS } from '#capabilities';
import {
  believedAt,
  type ConversationEvent,
  type ConversationFact,
  conversationStream,
  isConversationEvent,
  upcast,
} from '#contracts';
import { type EventMeta, type NewEvent, type RecordedEvent } from '#kernel';
import { type AppendOutcome, type EventStore, type StreamAppend } from '#platform/event-store';
import { ErasurePendingError, openAll, type PersonaKeyRef, type Vault } from '#platform/vault';
import { sealEvent } from '../sealing.js';

export interface ConversationLogPorts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly vault: Vault;
}

/** A conversation as the log has it; nothing personal was opened. */
export interface LoadedConversation {
  readonly id: string;
  readonly events: readonly ConversationEvent[];
  readonly state: Conversation;
}

const PAGE = 1_000;

export async function loadConversation({ store }: ConversationLogPorts, id: string): Promise<LoadedConversation> {
  const events: ConversationEvent[] = [];
  // What ends a long conversation comes after its last event.
  for (let full = true; full;) {
    const page = await store.readStream(conversationStream(id), events.length, PAGE);
    events.push(...page.events.map(upcast).filter(isConversationEvent));
    full = page.full;
    if (full && events.length > MAX_EVENTS + PAGE) throw new Error(`conversation ${id} is longer than any may become`);
  }
  return { id, events, state: events.map(factOf).reduce(conversation.evolve, conversation.initial) };
}

export function factOf(event: ConversationEvent): ConversationFact {
  const { type, data } = event;
  // A type and its data come from one event, which the compiler does not follow through a union.
  return { type, at: believedAt(event), data } as ConversationFact;
}

/** Whether the customer can still be read: of an erased one, nothing is written to. */
export async function isErased(
  { vault }: Pick<ConversationLogPorts, 'vault'>,
  { events }: { readonly events: readonly Pick<RecordedEvent, 'id' | 'key' | 'data'>[] },
): Promise<boolean> {
  const [opening] = events;
  const box = opening && boxOf(opening.data);
  if (opening === undefined || box === undefined) return false;
  return anyErased(vault, [{ personaId: opening.key, eventId: opening.id, sealed: box }]);
}

interface Box {
  readonly personaId: string;
  readonly eventId: string;
  readonly sealed: string;
}

const anyErased = async (vault: Vault, boxes: readonly Box[]): Promise<boolean> =>
  (await openAll(vault, boxes)).some(({ status }) => status === 'erased');

const boxOf = (data: unknown): string | undefined =>
  typeof data === 'object' && data !== null && 'sealed' in data && typeof data.sealed === 'string'
    ? data.sealed
    : undefined;

/** What is about to be said of one conversation, at the version that it was decided at. */
export interface Part {
  readonly conversation: LoadedConversation;
  readonly facts: readonly ConversationFact[];
}

export interface AppendContext {
  readonly customerId: string;
  readonly incarnation: number;
  /** Of the command: names the append and its events, so that doing it again does nothing. */
  readonly commandId: string;
  readonly requestHash: Uint8Array;
  readonly meta: Omit<EventMeta, 'causationId'>;
  /** What is stored with them or not at all, on streams of its own; what is personal in it is sealed. */
  readonly beside?: readonly StreamAppend[];
  /** What is stored where their customer turns out to be erased after that. */
  readonly forgotten?: readonly StreamAppend[];
}

/**
 * Appends all parts or none, each to its stream as it was loaded. `erased`: the customer's key is gone, and nobody can ever read what
 * was said. Another process may have destroyed it while it was in our cache: then it is seen after the append.
 */
export async function appendParts(
  { store, vault }: ConversationLogPorts,
  parts: readonly Part[],
  context: AppendContext,
): Promise<AppendOutcome | { readonly status: 'erased' }> {
  const key = await keyOf(vault, context.customerId);
  if (key?.incarnation !== context.incarnation) return { status: 'erased' };
  let index = 0;
  const own = parts.map(({ conversation: { id, events, state }, facts }): StreamAppend => {
    // What another customer's conversation is told has nothing personal in it, and is theirs.
    const customerId = state.stage === 'unknown' ? context.customerId : state.customerId;
    const asTheirs = { ...context, customerId };
    return {
      stream: conversationStream(id),
      expect: events.length === 0 ? 'none' : { version: events.length },
      events: facts.map((fact) => sealEvent(vault, key, eventOf(vault, fact, asTheirs, index++))),
    };
  });
  const appendId = vault.uuid('conversation-append', context.commandId);
  const streams = [...own, ...(context.beside ?? [])];
  const outcome = await store.append({ appendId, requestHash: context.requestHash, streams });
  if (outcome.status !== 'appended') return outcome;
  const boxes = own
    .flatMap(({ events }) => events)
    .flatMap(({ id, data }) => {
      const sealed = boxOf(data);
      return sealed === undefined ? [] : [{ personaId: context.customerId, eventId: id, sealed }];
    });
  if (boxes.length === 0) return outcome;
  vault.forget(context.customerId);
  if (!(await anyErased(vault, boxes))) return outcome;
  await forget({ store, vault }, parts, context);
  return { status: 'erased' };
}

/** What came after the erasure of its customer cannot be read, and what read models made of it goes. */
async function forget({ store, vault }: ConversationLogPorts, parts: readonly Part[], context: AppendContext) {
  const { customerId, commandId, requestHash, meta } = context;
  const appendId = vault.uuid('conversation-forgotten', commandId);
  const streams = parts.map(({ conversation: { id }, facts }, index): StreamAppend => {
    const messages = facts.flatMap(({ data }) => ('messageId' in data ? [data.messageId] : []));
    const promises = facts.flatMap(({ type, data }) => (type === 'conversation.promised' ? [data.promiseId] : []));
    const data = { ...(messages.length > 0 && { messages }), ...(promises.length > 0 && { promises }) };
    return {
      ...{ stream: conversationStream(id), expect: 'any' },
      events: [
        {
          ...{ id: vault.uuid('conversation-forgotten', commandId, String(index)), type: 'conversation.forgotten' },
          ...{ schemaVersion: 1, key: customerId, occurredAt: facts[0]?.at ?? 0, data },
          meta: { ...meta, causationId: commandId },
        },
      ],
    };
  });
  await store.append({ appendId, requestHash, streams: [...streams, ...(context.forgotten ?? [])] });
}

/** The customer's key; none while their erasure is under way. */
export async function keyOf(vault: Vault, customerId: string): Promise<PersonaKeyRef | undefined> {
  try {
    return (await vault.currentKeys([customerId])).get(customerId);
  } catch (error) {
    if (error instanceof ErasurePendingError) return undefined;
    throw error;
  }
}

/** What a command asks for is in the ids of its events: whoever finds them knows whether it is the same command. */
const eventIdOf = (
  vault: Pick<Vault, 'uuid'>,
  { commandId, requestHash }: Pick<AppendContext, 'commandId' | 'requestHash'>,
  index: number,
): string => vault.uuid('conversation-event', commandId, Buffer.from(requestHash).toString('hex'), String(index));

/** The events that a command has left in a conversation; `reused` where they are another command's, of the same key. */
export function eventsOfCommand(
  { vault }: Pick<ConversationLogPorts, 'vault'>,
  { events }: LoadedConversation,
  command: Pick<AppendContext, 'commandId' | 'requestHash'>,
): readonly ConversationEvent[] | 'reused' {
  const left = events.filter(({ meta }) => meta.causationId === command.commandId);
  const [first] = left;
  return first === undefined || first.id === eventIdOf(vault, command, 0) ? left : 'reused';
}

const eventOf = (
  vault: Vault,
  { type, at, data }: ConversationFact,
  { customerId, commandId, requestHash, meta }: AppendContext,
  index: number,
): NewEvent => ({
  id: eventIdOf(vault, { commandId, requestHash }, index),
  type,
  schemaVersion: 1,
  key: customerId,
  occurredAt: at,
  data,
  meta: { ...meta, causationId: commandId },
});
