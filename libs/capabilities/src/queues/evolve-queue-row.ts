import {
  conversationIdOf,
  type ConversationEvent,
  isPerson,
  MOST_MENTIONS,
  NOBODY,
  owedSinceOf,
  type PromiseEventType,
  type StatusCategory,
} from '#contracts';
import { type EpochMs } from '#kernel';
import { afterPromise } from './row-promises.js';
import { NEVER, type QueueRow, rankOf } from './queue-row.js';

type Opened = Extract<ConversationEvent, { readonly type: 'conversation.opened' }>;
type Later = Exclude<ConversationEvent, Opened | { readonly type: 'conversation.forgotten' }>;
type Columns = Partial<QueueRow>;

export function openedRow(event: Opened): QueueRow {
  const { channel, team = null, priority = 'normal', direction = null, owes = {} } = event.data;
  const owed = owedSinceOf(owes);
  return {
    conversation_id: conversationIdOf(event.stream),
    customer_id: event.key,
    ...{ until_position: 0n, kept: 'queued', until_at: null, span: null, stage: 'active', category: 'open' },
    ...{ status: 'open', agent: NOBODY, team, priority, rank: rankOf[priority], labels: [], direction, channel },
    ...{ unanswered_since: owed, snoozed_until: null, clocks: [], due_at: NEVER, due_clock: null },
    ...{ promises: [], promised_at: null },
    since_at: event.recordedAt,
    since_position: event.position,
    turn_since: owed ?? event.occurredAt,
    waiting_since: owed ?? event.occurredAt,
    opened_at: event.occurredAt,
    last_message_at: event.occurredAt,
    version: event.version,
  };
}

/** The row after something was done to its conversation. */
export function workedRow(before: QueueRow, event: Later): QueueRow {
  const { data, version } = event;
  const after = { ...before, ...changes(before, event), version };
  return 'by' in data && data.by !== undefined ? attended(after, data.by) : after;
}

/** Whoever did something in it has seen that they were mentioned. */
function attended(row: QueueRow, by: string): QueueRow {
  const mention = `mention:${by}`;
  return row.labels.includes(mention) ? { ...row, labels: row.labels.filter((each) => each !== mention) } : row;
}

function changes(before: QueueRow, event: Later): Columns {
  if (isPromise(event)) return afterPromise(before.promises, event);
  const { type, data, occurredAt: at } = event;
  switch (type) {
    case 'conversation.message_received': {
      const spoken = { last_message_at: Math.max(before.last_message_at, at), direction: data.direction ?? null };
      // A second message does not make the first one younger.
      if (before.stage === 'spam' || before.unanswered_since !== null) return spoken;
      const unanswered = { ...spoken, unanswered_since: at };
      if (before.category === 'open') return { ...unanswered, turn_since: at, waiting_since: at };
      return before.category === 'snoozed' ? { ...unanswered, waiting_since: at } : unanswered;
    }
    case 'conversation.replied': {
      const spoken = { last_message_at: Math.max(before.last_message_at, at) };
      if (!isPerson(data.by)) return spoken;
      const answered = { ...spoken, unanswered_since: null };
      return before.category === 'open' ? { ...answered, turn_since: at, waiting_since: at } : answered;
    }
    case 'conversation.noted':
      return data.mentions ? { labels: withLabels(before.labels, 'mention:', data.mentions, []) } : {};
    case 'conversation.assigned':
      return { agent: data.agent ?? NOBODY };
    case 'conversation.transferred':
      return { team: data.team ?? null };
    case 'conversation.prioritised':
      return { priority: data.priority, rank: rankOf[data.priority] };
    case 'conversation.tagged':
      return { labels: withLabels(before.labels, 'tag:', data.added ?? [], data.removed ?? []) };
    case 'conversation.status_changed':
      return { ...turned(before, data.category, sinceOf(data) ?? at), status: data.status };
    case 'conversation.snoozed': {
      const until = Date.parse(data.until);
      const waiting = { turn_since: sinceOf(data) ?? at, waiting_since: before.unanswered_since ?? until };
      return { category: 'snoozed', status: 'snoozed', snoozed_until: until, ...waiting };
    }
    case 'conversation.woken':
    case 'conversation.reopened':
      return { ...turned(before, 'open', at), status: 'open' };
    case 'conversation.merged':
      return { stage: 'merged' };
    case 'conversation.unmerged':
      return { stage: 'active', ...(data.owes && owing(before, owedSinceOf(data.owes), at)) };
    case 'conversation.spam_cleared':
      return { stage: 'active', ...(data.owes && owing(before, owedSinceOf(data.owes), at)) };
    case 'conversation.spam_marked':
      return { stage: 'spam' };
    case 'conversation.absorbed': {
      const { unanswered_since: own } = before;
      const taken = data.owes ? owedSinceOf(data.owes) : null;
      return taken === null ? {} : owing(before, own === null ? taken : Math.min(own, taken), at);
    }
    case 'conversation.released':
      return data.owes ? owing(before, owedSinceOf(data.owes), sinceOf(data) ?? at) : {};
    case 'conversation.split_off':
      return data.owes ? owing(before, owedSinceOf(data.owes), at) : {};
    case 'conversation.mention_seen':
    case 'conversation.linked':
    case 'conversation.unlinked':
      return {};
  }
}

const isPromise = (event: Later): event is Extract<Later, { readonly type: PromiseEventType }> =>
  event.type.startsWith('conversation.promise');

/** Since when something is so again that the end of a merge restores. */
const sinceOf = ({ since }: { readonly since?: string }): EpochMs | undefined =>
  since === undefined ? undefined : Date.parse(since);

/** What is owed came or went with a merge or a split: the turn is ours since then, whenever that was told. */
function owing(before: QueueRow, since: EpochMs | null, at: EpochMs): Columns {
  if (since === before.unanswered_since) return {};
  const owed = { unanswered_since: since };
  if (before.category === 'open') return { ...owed, turn_since: since ?? at, waiting_since: since ?? at };
  if (before.category !== 'snoozed') return owed;
  return { ...owed, waiting_since: since ?? before.snoozed_until ?? at };
}

/** Under another word for the same category, it is still the same one's turn. */
function turned(before: QueueRow, category: StatusCategory, at: EpochMs): Columns {
  if (category === before.category) return {};
  const since = category === 'open' ? (before.unanswered_since ?? at) : at;
  return { category, snoozed_until: null, turn_since: since, waiting_since: since };
}

const isMention = (label: string): boolean => label.startsWith('mention:');

/** Of mentions the oldest are forgotten; tags have a limit where they are decided. */
function withLabels(
  labels: readonly string[],
  prefix: 'mention:' | 'tag:',
  added: readonly string[],
  removed: readonly string[],
): readonly string[] {
  const touched = new Set([...added, ...removed].map((each) => prefix + each));
  const all = [...labels.filter((each) => !touched.has(each)), ...new Set(added.map((each) => prefix + each))];
  return [...all.filter((each) => !isMention(each)).sort(), ...all.filter(isMention).slice(-MOST_MENTIONS)];
}
