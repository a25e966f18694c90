import {
  type Channel,
  clockOfStream,
  conversationIdOf,
  conversationStream,
  type ConversationEvent,
  isPerson,
  type ItemChangedDto,
  owedSinceOf,
  type Priority,
  type StatusCategory,
  type StoredClockEvent,
  type TextDirection,
} from '#contracts';
import { canonicalJson, type EpochMs, type Reacted, type Reaction } from '#kernel';
import { dueBy } from './due-by.js';

/** Tells routing how a conversation stands in which it is our turn; without `item`, that it is not. */
export interface TellItem {
  readonly type: 'TellItem';
  readonly customerId: string;
  readonly version: number;
  readonly item: Omit<ItemChangedDto, 'version'> | null;
  /** The conversation that it continues: whoever had that knows the customer. */
  readonly follows?: string;
}

interface Turn {
  readonly customerId: string;
  readonly version: number;
  readonly stage: 'active' | 'merged' | 'spam' | 'forgotten';
  readonly category: StatusCategory;
  readonly channel: Channel;
  readonly team: string | null;
  readonly priority: Priority;
  readonly tags: readonly string[];
  readonly direction: TextDirection | null;
  readonly agent: string | null;
  readonly previousAgent: string | null;
  readonly follows: string | null;
  readonly since: EpochMs;
  /** Since when an answer is owed that came with a merge or a split. Unknown in states that were stored before these told of it. */
  readonly owedSince?: EpochMs | null;
  /** Due times of its service clocks that run, by stream. */
  readonly due: Readonly<Record<string, EpochMs>>;
  /** What was told last, to tell each thing once. */
  readonly told: string | null;
}

type State = Turn | null;
/** A warning moves no due time. */
type ClockMoved = Exclude<StoredClockEvent, { readonly type: 'service_clock.warned' }>;
type Handled = ConversationEvent | ClockMoved;

/** Clocks of one conversation that run at the same time are few. */
const MAX_CLOCKS = 20;

function conversationOf({ stream }: Handled): string | undefined {
  if (stream === conversationStream(conversationIdOf(stream))) return stream;
  const clock = clockOfStream(stream);
  return clock && conversationStream(clock.conversationId);
}

const isOurs = ({ stage, category }: Turn): boolean => stage === 'active' && category === 'open';

/** What routing has to know; what does not matter while somebody has it is left out, so that it is not told. */
function itemOf(turn: Turn): TellItem['item'] {
  if (!isOurs(turn)) return null;
  const { agent, previousAgent, team, channel, priority, tags, direction, since, due } = turn;
  const next = Math.min(...Object.values(due));
  return {
    ...(agent !== null && { agent }),
    ...(agent === null && previousAgent !== null && { previousAgent }),
    ...(team !== null && { team }),
    ...{ channel, priority },
    ...(tags.length > 0 && { tags: [...tags] }),
    ...(direction !== null && { direction }),
    since: new Date(since).toISOString(),
    ...(agent === null && Number.isFinite(next) && { dueAt: new Date(next).toISOString() }),
  };
}

/** Tells what changed, if it did. */
function tell(turn: Turn): Reacted<State, TellItem> {
  const item = itemOf(turn);
  const told = item === null ? null : canonicalJson(item);
  if (told === turn.told) return { state: turn };
  const { customerId, version, follows } = turn;
  const unknown = item !== null && item.agent === undefined && item.previousAgent === undefined;
  const command = { type: 'TellItem' as const, customerId, version, item };
  return { state: { ...turn, told }, commands: [unknown && follows !== null ? { ...command, follows } : command] };
}

/** What a source says of the future is not believed. */
const momentOf = ({ occurredAt, recordedAt }: ConversationEvent): EpochMs => Math.min(occurredAt, recordedAt);

/** Our turn begins with the event that made it ours, at its time; or earlier, where it made another conversation's wait ours. */
function turned(before: Turn, changes: Partial<Turn>, event: ConversationEvent): Turn {
  const after = { ...before, ...changes };
  return isOurs(after) && !isOurs(before) ? { ...after, since: after.owedSince ?? momentOf(event) } : after;
}

/** After a merge or a split, or the end of one. */
function owing(event: Extract<ConversationEvent, { data: { owes?: unknown } }>): Partial<Turn> {
  if (event.data.owes === undefined) return {};
  const owedSince = owedSinceOf(event.data.owes);
  const since = 'since' in event.data && event.data.since ? Date.parse(event.data.since) : momentOf(event);
  return { owedSince, since: owedSince ?? since };
}

function afterConversation(state: State, event: ConversationEvent): Reacted<State, TellItem> {
  if (event.type === 'conversation.opened') return tell(opened(event));
  if (state === null) return { state };
  const turn = turned({ ...state, version: event.version }, changesBy(state, event), event);
  const snoozed = event.type === 'conversation.snoozed';
  const reacted = tell(turn);
  if (snoozed) return { ...reacted, set: [{ name: 'snooze', dueAt: Date.parse(event.data.until) }] };
  return turn.category === 'snoozed' ? reacted : { ...reacted, cancelled: ['snooze'] };
}

function opened(event: Extract<ConversationEvent, { type: 'conversation.opened' }>): Turn {
  const { key, version, data } = event;
  const { channel, team = null, priority = 'normal', direction = null, follows = null } = data;
  return {
    ...{ customerId: key, version, stage: 'active', category: 'open', channel: channel ?? 'other' },
    ...{ team, priority, tags: [], direction, agent: null, previousAgent: null },
    ...{ follows, since: momentOf(event), due: {}, told: null },
    ...owing(event),
  };
}

function changesBy(state: Turn, event: ConversationEvent): Partial<Turn> {
  const { type, data } = event;
  switch (type) {
    case 'conversation.message_received':
      return { direction: data.direction ?? state.direction };
    case 'conversation.assigned':
      return { agent: data.agent ?? null, previousAgent: state.agent ?? state.previousAgent };
    case 'conversation.transferred':
      return { team: data.team ?? null };
    case 'conversation.prioritised':
      return { priority: data.priority };
    case 'conversation.tagged': {
      const kept = state.tags.filter((tag) => !data.removed?.includes(tag));
      return { tags: [...kept, ...(data.added ?? [])].sort() };
    }
    case 'conversation.status_changed':
      return { category: data.category };
    case 'conversation.snoozed':
      return { category: 'snoozed' };
    case 'conversation.woken':
    case 'conversation.reopened':
      return { category: 'open' };
    case 'conversation.merged':
      return { stage: 'merged' };
    case 'conversation.spam_marked':
      return { stage: 'spam' };
    case 'conversation.forgotten':
      return { stage: 'forgotten' };
    case 'conversation.unmerged':
      return { stage: 'active', ...owing(event) };
    case 'conversation.absorbed': {
      const { owedSince } = owing(event);
      if (owedSince === undefined || owedSince === null) return {};
      const oldest = Math.min(owedSince, state.owedSince ?? owedSince);
      return { owedSince: oldest, since: Math.min(state.since, oldest) };
    }
    case 'conversation.released':
    case 'conversation.split_off': {
      const after = owing(event);
      // Where it owes what it owed, nothing began anew.
      return after.owedSince === (state.owedSince ?? null) ? {} : after;
    }
    case 'conversation.replied':
      return isPerson(data.by) ? { owedSince: null } : {};
    case 'conversation.spam_cleared':
      return { stage: 'active', ...owing(event) };
    case 'conversation.opened':
    case 'conversation.noted':
    case 'conversation.mention_seen':
    case 'conversation.linked':
    case 'conversation.unlinked':
    case 'conversation.promised':
    case 'conversation.promise_kept':
    case 'conversation.promise_rescheduled':
    case 'conversation.promise_waived':
    case 'conversation.promise_broken':
      return {};
  }
}

function afterClock(state: State, event: ClockMoved): Reacted<State, TellItem> {
  if (state === null) return { state };
  const { [event.stream]: known, ...others } = state.due;
  const dueAt = dueBy(event, known);
  if (dueAt === undefined || Object.keys(others).length >= MAX_CLOCKS) return tell({ ...state, due: others });
  return tell({ ...state, due: { ...others, [event.stream]: dueAt } });
}

/**
 * Whose turn it is in each conversation, for routing: it remembers every conversation by itself, so that routing remembers only those in
 * which it is our turn.
 */
export const routingTurns: Reaction<State, TellItem, Handled> = {
  name: 'routing-turns',
  version: 2,
  // What was opened before there was routing is routed once something happens in it.
  actsFrom: 'first-start',
  initial: null,
  key: conversationOf,
  when: {
    'conversation.opened': afterConversation,
    'conversation.message_received': afterConversation,
    'conversation.replied': afterConversation,
    'conversation.noted': afterConversation,
    'conversation.assigned': afterConversation,
    'conversation.transferred': afterConversation,
    'conversation.prioritised': afterConversation,
    'conversation.tagged': afterConversation,
    'conversation.status_changed': afterConversation,
    'conversation.snoozed': afterConversation,
    'conversation.woken': afterConversation,
    'conversation.reopened': afterConversation,
    'conversation.merged': afterConversation,
    'conversation.unmerged': afterConversation,
    'conversation.absorbed': afterConversation,
    'conversation.forgotten': afterConversation,
    'conversation.released': afterConversation,
    'conversation.split_off': afterConversation,
    'conversation.spam_marked': afterConversation,
    'conversation.spam_cleared': afterConversation,
    'conversation.mention_seen': afterConversation,
    'conversation.linked': afterConversation,
    'conversation.unlinked': afterConversation,
    'conversation.promised': afterConversation,
    'conversation.promise_kept': afterConversation,
    'conversation.promise_rescheduled': afterConversation,
    'conversation.promise_waived': afterConversation,
    'conversation.promise_broken': afterConversation,
    'service_clock.activated': afterClock,
    'service_clock.paused': afterClock,
    'service_clock.resumed': afterClock,
    'service_clock.fulfilled': afterClock,
    'service_clock.breached': afterClock,
    'service_clock.cancelled': afterClock,
    'service_clock.restated': afterClock,
  },
  // A snooze ends at its time; the event that says so is stored a moment later.
  due: (state, { at }) => (state?.category === 'snoozed' ? tell({ ...state, category: 'open', since: at }) : { state }),
};
