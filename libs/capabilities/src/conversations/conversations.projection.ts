import {
  type Channel,
  conversationIdOf,
  type ConversationEvent,
  type PersonaErased,
  type Priority,
  type StatusCategory,
  tagsAfter,
  type WakeRule,
} from '#contracts';
import { allGone, type Evolve, gone, type Projection } from '#kernel';

/** Some messages that went on in a conversation of their own. */
export interface SplitRow {
  readonly into: string;
  readonly by: string;
  readonly at: number;
  readonly messages: number;
}

/** The last ones; the log has all. */
const MOST_SPLITS = 50;

/** A conversation, as lists show it and as the next message of its customer finds it. */
export type ConversationRow = {
  readonly conversation_id: string;
  readonly customer_id: string;
  readonly stage: 'active' | 'merged' | 'spam';
  readonly origin: string;
  readonly channel: Channel | null;
  readonly category: StatusCategory;
  readonly status: string;
  readonly agent: string | null;
  readonly team: string | null;
  readonly priority: Priority;
  readonly tags: readonly string[];
  readonly thread: string | null;
  readonly follows: string | null;
  readonly snoozed_until: number | null;
  readonly wake: WakeRule | null;
  readonly resolved_at: number | null;
  readonly merged_into: string | null;
  readonly absorbed: readonly string[];
  readonly links: readonly string[];
  readonly splits: readonly SplitRow[];
  readonly opened_at: number;
  /** Of the last message that the customer can see, or of the opening. */
  readonly last_message_at: number;
  readonly message_count: number;
  /** Of the stream. */
  readonly version: number;
  readonly last_position: bigint;
  /** Event id and data of the opening, its personal members sealed: whence the subject comes. */
  readonly opened_event_id: string;
  readonly opened_data: unknown;
};

type Work = Exclude<ConversationEvent, { readonly type: 'conversation.opened' | 'conversation.forgotten' }>;
type Columns = Partial<ConversationRow>;

const row = (event: Extract<ConversationEvent, { type: 'conversation.opened' }>): ConversationRow => ({
  conversation_id: conversationIdOf(event.stream),
  customer_id: event.key,
  ...{ stage: 'active', category: 'open', status: 'open', agent: null, tags: [] },
  ...{ team: event.data.team ?? null, priority: event.data.priority ?? 'normal' },
  ...{ snoozed_until: null, wake: null, resolved_at: null, merged_into: null, absorbed: [] },
  ...{ links: [], splits: [] },
  origin: event.data.origin,
  channel: event.data.channel,
  thread: event.data.thread ?? null,
  follows: event.data.follows ?? null,
  opened_at: event.occurredAt,
  last_message_at: event.occurredAt,
  message_count: event.data.messages?.length ?? 0,
  version: event.version,
  last_position: event.position,
  opened_event_id: event.id,
  opened_data: event.data,
});

const awake: Columns = { category: 'open', status: 'open', snoozed_until: null, wake: null, resolved_at: null };

type SplitOff = Extract<Work, { readonly type: 'conversation.split_off' }>['data'];

const splitRow = ({ into, by, messages }: SplitOff, at: number): SplitRow => ({
  ...{ into, by, at, messages: messages.length },
});

/** The columns that an event changes. */
function changes(before: ConversationRow, { type, data, occurredAt }: Work): Columns {
  switch (type) {
    case 'conversation.message_received':
    case 'conversation.replied':
      // Late messages do not make it look older than it is.
      return {
        message_count: before.message_count + 1,
        last_message_at: Math.max(before.last_message_at, occurredAt),
      };
    case 'conversation.noted':
      return { message_count: before.message_count + 1 };
    case 'conversation.assigned':
      return { agent: data.agent ?? null };
    case 'conversation.transferred':
      return { team: data.team ?? null };
    case 'conversation.prioritised':
      return { priority: data.priority };
    case 'conversation.tagged':
      return { tags: tagsAfter(before.tags, data) };
    case 'conversation.status_changed': {
      const { category, status } = data;
      // Another word for what is resolved moves no resolution.
      const resolvedAt =
        category === 'resolved' ? (before.resolved_at ?? (data.since ? Date.parse(data.since) : occurredAt)) : null;
      return { ...awake, category, status, resolved_at: resolvedAt };
    }
    case 'conversation.snoozed':
      return { category: 'snoozed', status: 'snoozed', snoozed_until: Date.parse(data.until), wake: data.wake };
    case 'conversation.woken':
    case 'conversation.reopened':
      return awake;
    case 'conversation.merged':
      return { stage: 'merged', merged_into: data.into };
    case 'conversation.unmerged':
      return { stage: 'active', merged_into: null };
    case 'conversation.absorbed':
      return { absorbed: [...before.absorbed, data.from] };
    case 'conversation.released':
      return { absorbed: before.absorbed.filter((each) => each !== data.from) };
    case 'conversation.split_off':
      return {
        message_count: before.message_count - data.messages.length,
        splits: [...before.splits, splitRow(data, occurredAt)].slice(-MOST_SPLITS),
      };
    case 'conversation.spam_marked':
      return { stage: 'spam' };
    case 'conversation.spam_cleared':
      return { stage: 'active' };
    case 'conversation.mention_seen':
      return {};
    case 'conversation.linked':
      return { links: [...before.links, data.to] };
    case 'conversation.unlinked':
      return { links: before.links.filter((each) => each !== data.to) };
    case 'conversation.promised':
    case 'conversation.promise_kept':
    case 'conversation.promise_rescheduled':
    case 'conversation.promise_waived':
    case 'conversation.promise_broken':
      return {};
  }
}

/** Of an erased customer's conversation the row is gone, and what comes later finds none. */
const worked: Evolve<ConversationRow, Work> = (before, event) =>
  before && { ...before, ...changes(before, event), version: event.version, last_position: event.position };

/** Conversations: a row for each, the customer's. Texts stay sealed. */
export const conversations: Projection<ConversationRow, ConversationEvent | PersonaErased> = {
  name: 'conversations',
  version: 4,
  reads: 'sealed',
  table: {
    columns: {
      conversation_id: { type: 'uuid' },
      customer_id: { type: 'uuid' },
      stage: { type: 'text' },
      origin: { type: 'text' },
      channel: { type: 'text', nullable: true },
      category: { type: 'text' },
      status: { type: 'text' },
      agent: { type: 'text', nullable: true },
      team: { type: 'text', nullable: true },
      priority: { type: 'text' },
      tags: { type: 'json' },
      thread: { type: 'uuid', nullable: true },
      follows: { type: 'uuid', nullable: true },
      snoozed_until: { type: 'timestamp', nullable: true },
      wake: { type: 'text', nullable: true },
      resolved_at: { type: 'timestamp', nullable: true },
      merged_into: { type: 'uuid', nullable: true },
      absorbed: { type: 'json' },
      links: { type: 'json' },
      splits: { type: 'json' },
      opened_at: { type: 'timestamp' },
      last_message_at: { type: 'timestamp' },
      message_count: { type: 'integer' },
      version: { type: 'integer' },
      last_position: { type: 'bigint' },
      opened_event_id: { type: 'uuid' },
      opened_data: { type: 'json' },
    },
    primaryKey: ['conversation_id'],
    owner: 'customer_id',
    // The order of the list, of all and of one customer, and of each category of all, of an agent and of a team.
    indexes: [
      { on: 'last_message_at, conversation_id' },
      { on: 'customer_id, last_message_at, conversation_id' },
      ...['category', 'agent, category', 'team, category'].map((of) => ({
        on: `${of}, last_message_at, conversation_id`,
        where: `stage = 'active'`,
      })),
      { on: 'snoozed_until', where: `category = 'snoozed'` },
    ],
  },
  keys: (event) => [[event.type === 'persona.erased' ? event.key : conversationIdOf(event.stream)]],
  when: {
    'conversation.opened': (_before, event) => row(event),
    'conversation.message_received': worked,
    'conversation.replied': worked,
    'conversation.noted': worked,
    'conversation.assigned': worked,
    'conversation.transferred': worked,
    'conversation.prioritised': worked,
    'conversation.tagged': worked,
    'conversation.status_changed': worked,
    'conversation.snoozed': worked,
    'conversation.woken': worked,
    'conversation.reopened': worked,
    'conversation.merged': worked,
    'conversation.unmerged': worked,
    'conversation.absorbed': worked,
    'conversation.released': worked,
    'conversation.split_off': worked,
    'conversation.spam_marked': worked,
    'conversation.spam_cleared': worked,
    'conversation.mention_seen': worked,
    'conversation.linked': worked,
    'conversation.unlinked': worked,
    'conversation.promised': worked,
    'conversation.promise_kept': worked,
    'conversation.promise_rescheduled': worked,
    'conversation.promise_waived': worked,
    'conversation.promise_broken': worked,
    'conversation.forgotten': () => gone,
    'persona.erased': () => allGone,
  },
};
