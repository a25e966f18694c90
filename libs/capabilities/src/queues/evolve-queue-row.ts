import {
  beginWaiting,
  conversationIdOf,
  type ConversationEvent,
  evolveWaiting,
  isLink,
  MOST_MENTIONS,
  NOBODY,
  type PromiseEventType,
  tagKey,
  tagsAfter,
  type Waiting,
} from '#contracts';
import { afterPromise } from './row-promises.js';
import { NEVER, type QueueRow, rankOf } from './queue-row.js';

type Opened = Extract<ConversationEvent, { readonly type: 'conversation.opened' }>;
type Later = Exclude<ConversationEvent, Opened | { readonly type: 'conversation.forgotten' }>;
type Columns = Partial<QueueRow>;

export function openedRow(event: Opened): QueueRow {
  const { channel, team = null, priority = 'normal', direction = null } = event.data;
  return {
    conversation_id: conversationIdOf(event.stream),
    customer_id: event.key,
    ...{ until_position: 0n, kept: 'queued', until_at: null, span: null },
    ...toColumns(beginWaiting(event)),
    ...{ status: 'open', agent: NOBODY, team, priority, rank: rankOf[priority], direction, channel },
    ...{ tags: [], labels: [] },
    ...{ clocks: [], due_at: NEVER, due_clock: null },
    ...{ promises: [], promised_at: null },
    since_at: event.recordedAt,
    since_position: event.position,
    opened_at: event.occurredAt,
    last_message_at: event.occurredAt,
    version: event.version,
  };
}

/** The row after something was done to its conversation. */
export function workedRow(before: QueueRow, event: Later): QueueRow {
  const { data, version } = event;
  const after = { ...before, ...changes(before, event), version };
  return 'by' in data && data.by !== undefined && !isLink(event.type) ? attended(after, data.by) : after;
}

/** Whoever did something in it has seen that they were mentioned; a link may have been made from the other conversation. */
function attended(row: QueueRow, by: string): QueueRow {
  const mention = `mention:${by}`;
  return row.labels.includes(mention) ? { ...row, labels: row.labels.filter((each) => each !== mention) } : row;
}

function changes(before: QueueRow, event: Later): Columns {
  if (isPromise(event)) return afterPromise(before.promises, event);
  return { ...toColumns(evolveWaiting(toWaiting(before), event)), ...others(before, event) };
}

const toWaiting = (row: QueueRow): Waiting => ({
  stage: row.stage,
  category: row.category,
  unansweredSince: row.unanswered_since,
  turnSince: row.turn_since,
  waitingSince: row.waiting_since,
  snoozedUntil: row.snoozed_until,
});

const toColumns = ({ stage, category, unansweredSince, turnSince, waitingSince, snoozedUntil }: Waiting) => ({
  ...{ stage, category, unanswered_since: unansweredSince, turn_since: turnSince },
  ...{ waiting_since: waitingSince, snoozed_until: snoozedUntil },
});

/** What has nothing to do with whose turn it is. */
function others(before: QueueRow, { type, data, occurredAt: at }: Exclude<Later, Promising>): Columns {
  switch (type) {
    case 'conversation.message_received':
      return { last_message_at: Math.max(before.last_message_at, at), direction: data.direction ?? null };
    case 'conversation.replied':
      return { last_message_at: Math.max(before.last_message_at, at) };
    case 'conversation.noted':
      return data.mentions ? { labels: withMentions(before.labels, data.mentions) } : {};
    case 'conversation.assigned':
      return { agent: data.agent ?? NOBODY };
    case 'conversation.transferred':
      return { team: data.team ?? null };
    case 'conversation.prioritised':
      return { priority: data.priority, rank: rankOf[data.priority] };
    case 'conversation.tagged':
      return withTags(before.labels, tagsAfter(before.tags, data));
    case 'conversation.status_changed':
      return { status: data.status };
    case 'conversation.snoozed':
      return { status: 'snoozed' };
    case 'conversation.woken':
    case 'conversation.reopened':
      return { status: 'open' };
    case 'conversation.merged':
    case 'conversation.unmerged':
    case 'conversation.spam_cleared':
    case 'conversation.spam_marked':
    case 'conversation.absorbed':
    case 'conversation.released':
    case 'conversation.split_off':
    case 'conversation.mention_seen':
    case 'conversation.linked':
    case 'conversation.unlinked':
      return {};
  }
}

type Promising = Extract<Later, { readonly type: PromiseEventType }>;
const isPromise = (event: Later): event is Promising => event.type.startsWith('conversation.promise');

const isMention = (label: string): boolean => label.startsWith('mention:');

/** A tag is found by what it is known by, and shown as it was typed. */
function withTags(labels: readonly string[], tags: readonly string[]): Pick<QueueRow, 'tags' | 'labels'> {
  const known = new Set(tags.map((tag) => `tag:${tagKey(tag)}`));
  const others = labels.filter((label) => !label.startsWith('tag:') && !isMention(label));
  return { tags, labels: [...[...others, ...known].sort(), ...labels.filter(isMention)] };
}

/** Of mentions the oldest are forgotten; tags have a limit where they are decided. */
function withMentions(labels: readonly string[], mentioned: readonly string[]): readonly string[] {
  const added = new Set(mentioned.map((each) => `mention:${each}`));
  const mentions = [...labels.filter((each) => isMention(each) && !added.has(each)), ...added];
  return [...labels.filter((each) => !isMention(each)), ...mentions.slice(-MOST_MENTIONS)];
}
