import { conversationIdOf, type ConversationEvent, type PersonaErased } from '#contracts';
import { allGone, type Evolve, gone, type Projection } from '#kernel';

/** Something that was said in a conversation. */
export type ConversationMessageRow = {
  readonly message_id: string;
  /** Where it is now: a split takes messages along. */
  readonly conversation_id: string;
  readonly customer_id: string;
  readonly position: bigint;
  readonly event_id: string;
  readonly type: string;
  readonly schema_version: number;
  readonly occurred_at: number;
  /** The event's data as it is stored: texts sealed. */
  readonly data: unknown;
};

type Spoken = Extract<
  ConversationEvent,
  { readonly type: 'conversation.message_received' | 'conversation.replied' | 'conversation.noted' }
>;
type Forgotten = Extract<ConversationEvent, { readonly type: 'conversation.forgotten' }>;
type SplitOff = Extract<ConversationEvent, { readonly type: 'conversation.split_off' }>;

const said: Evolve<ConversationMessageRow, Spoken> = (_row, event) => ({
  message_id: event.data.messageId,
  conversation_id: conversationIdOf(event.stream),
  customer_id: event.key,
  position: event.position,
  event_id: event.id,
  type: event.type,
  schema_version: event.schemaVersion,
  occurred_at: event.occurredAt,
  data: event.data,
});

/** What was said in conversations: a row for each message and note. An erasure takes all of a customer's rows. */
export const conversationMessages: Projection<ConversationMessageRow, Spoken | SplitOff | Forgotten | PersonaErased> = {
  name: 'conversation-messages',
  version: 2,
  reads: 'sealed',
  table: {
    columns: {
      message_id: { type: 'uuid' },
      conversation_id: { type: 'uuid' },
      customer_id: { type: 'uuid' },
      position: { type: 'bigint' },
      event_id: { type: 'uuid' },
      type: { type: 'text' },
      schema_version: { type: 'integer' },
      occurred_at: { type: 'timestamp' },
      data: { type: 'json' },
    },
    primaryKey: ['message_id'],
    owner: 'customer_id',
    indexes: [{ on: 'conversation_id, position' }],
  },
  keys: (event) => {
    switch (event.type) {
      case 'persona.erased':
        return [[event.key]];
      case 'conversation.forgotten':
        return (event.data.messages ?? []).map((messageId) => [messageId]);
      case 'conversation.split_off':
        return event.data.messages.map((messageId) => [messageId]);
      case 'conversation.message_received':
      case 'conversation.replied':
      case 'conversation.noted':
        return [[event.data.messageId]];
    }
  },
  when: {
    'conversation.message_received': said,
    'conversation.replied': said,
    'conversation.noted': said,
    'conversation.split_off': (row, { data }) => row && { ...row, conversation_id: data.into },
    'conversation.forgotten': () => gone,
    'persona.erased': () => allGone,
  },
};
