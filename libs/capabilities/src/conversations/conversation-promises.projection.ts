import {
  conversationIdOf,
  type ConversationEvent,
  type PersonaErased,
  type PromiseEventType,
  type PromiseStatus,
} from '#contracts';
import { allGone, type EventOf, type Evolve, gone, type Projection } from '#kernel';

/** A promise that was made in a conversation, and what became of it. */
export type ConversationPromiseRow = {
  readonly conversation_id: string;
  readonly promise_id: string;
  readonly customer_id: string;
  readonly owner: string;
  readonly by: string;
  readonly due_at: number;
  readonly status: PromiseStatus;
  readonly made_at: number;
  readonly broken_at: number | null;
  readonly settled_at: number | null;
  readonly reschedules: number;
  readonly position: bigint;
  /** Of the event that made it: its data as it is stored, texts sealed. */
  readonly event_id: string;
  readonly schema_version: number;
  readonly data: unknown;
};

type Told = EventOf<ConversationEvent, PromiseEventType>;
type Event = Told | EventOf<ConversationEvent, 'conversation.forgotten'> | PersonaErased;

/** Of an erased customer's conversation the row is gone, and what comes later finds none. */
const changed =
  <E extends Told>(changes: (row: ConversationPromiseRow, event: E) => Partial<ConversationPromiseRow>) =>
  (row: ConversationPromiseRow | undefined, event: E): ConversationPromiseRow | undefined =>
    row && { ...row, ...changes(row, event) };

const made: Evolve<ConversationPromiseRow, EventOf<ConversationEvent, 'conversation.promised'>> = (_row, event) => ({
  conversation_id: conversationIdOf(event.stream),
  promise_id: event.data.promiseId,
  customer_id: event.key,
  owner: event.data.owner,
  by: event.data.by,
  due_at: Date.parse(event.data.dueAt),
  ...{ status: 'open', broken_at: null, settled_at: null, reschedules: 0 },
  made_at: event.occurredAt,
  position: event.position,
  event_id: event.id,
  schema_version: event.schemaVersion,
  data: event.data,
});

/** Promises of conversations: a row for each. Texts stay sealed. */
export const conversationPromises: Projection<ConversationPromiseRow, Event> = {
  name: 'conversation-promises',
  version: 1,
  reads: 'sealed',
  table: {
    columns: {
      conversation_id: { type: 'uuid' },
      promise_id: { type: 'uuid' },
      customer_id: { type: 'uuid' },
      owner: { type: 'text' },
      by: { type: 'text' },
      due_at: { type: 'timestamp' },
      status: { type: 'text' },
      made_at: { type: 'timestamp' },
      broken_at: { type: 'timestamp', nullable: true },
      settled_at: { type: 'timestamp', nullable: true },
      reschedules: { type: 'integer' },
      position: { type: 'bigint' },
      event_id: { type: 'uuid' },
      schema_version: { type: 'integer' },
      data: { type: 'json' },
    },
    // A conversation has at most fifty of them: they are found, and sorted, by the first of these.
    primaryKey: ['conversation_id', 'promise_id'],
    owner: 'customer_id',
  },
  keys: (event) => {
    if (event.type === 'persona.erased') return [[event.key, event.key]];
    const id = conversationIdOf(event.stream);
    const promised = event.type === 'conversation.forgotten' ? (event.data.promises ?? []) : [event.data.promiseId];
    return promised.map((promiseId) => [id, promiseId]);
  },
  when: {
    'conversation.promised': made,
    'conversation.promise_kept': changed((_row, { data, occurredAt }) => ({
      status: data.verdict,
      settled_at: occurredAt,
    })),
    'conversation.promise_rescheduled': changed(({ reschedules }, { data }) => ({
      due_at: Date.parse(data.dueAt),
      reschedules: reschedules + 1,
    })),
    'conversation.promise_waived': changed((_row, { occurredAt }) => ({ status: 'waived', settled_at: occurredAt })),
    'conversation.promise_broken': changed((_row, { occurredAt }) => ({ status: 'broken', broken_at: occurredAt })),
    'conversation.forgotten': () => gone,
    'persona.erased': () => allGone,
  },
};
