import {
  beginWaiting,
  type Channel,
  type ClockDue,
  clockDueAfter,
  clockOfStream,
  conversationIdOf,
  conversationStream,
  type ConversationEvent,
  evolveWaiting,
  type ItemChangedDto,
  orderedDue,
  type Priority,
  type StoredClockEvent,
  tagsAfter,
  type TextDirection,
  type Waiting,
} from '#contracts';
import { canonicalJson, type Reacted, type Reaction } from '#kernel';

/** Tells routing how a conversation stands in which it is our turn; without `item`, that it is not. */
export interface TellItem {
  readonly type: 'TellItem';
  readonly customerId: string;
  readonly version: number;
  readonly item: Omit<ItemChangedDto, 'version'> | null;
  /** Its customer has come, and nobody has it: whoever had them last knows them. */
  readonly returning?: true;
}

interface Turn {
  readonly customerId: string;
  readonly version: number;
  readonly waiting: Waiting;
  /** Its snooze is over; the event that says so is stored a moment later. */
  readonly awake: boolean;
  readonly forgotten: boolean;
  readonly channel: Channel;
  readonly team: string | null;
  readonly priority: Priority;
  readonly tags: readonly string[];
  readonly direction: TextDirection | null;
  readonly agent: string | null;
  /** Its customer has come since somebody had it, if anybody had: what was taken from somebody does not go back to them by itself. */
  readonly returning: boolean;
  /** Of its service clocks that run, by stream. */
  readonly due: Readonly<Record<string, ClockDue>>;
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

const isOurs = ({ waiting: { stage, category }, awake, forgotten }: Turn): boolean =>
  !forgotten && stage === 'active' && (category === 'open' || awake);

/** What routing has to know; what does not matter while somebody has it is left out, so that it is not told. */
function itemOf(turn: Turn): TellItem['item'] {
  if (!isOurs(turn)) return null;
  const { agent, team, channel, priority, tags, direction, waiting, due } = turn;
  const next = Math.min(...Object.values(due).map((each) => orderedDue(each) ?? Infinity));
  return {
    ...(agent !== null && { agent }),
    ...(team !== null && { team }),
    ...{ channel, priority },
    ...(tags.length > 0 && { tags: [...tags] }),
    ...(direction !== null && { direction }),
    since: new Date(waiting.waitingSince).toISOString(),
    ...(agent === null && Number.isFinite(next) && { dueAt: new Date(next).toISOString() }),
  };
}

/** Tells what changed, if it did. */
function tell(turn: Turn): Reacted<State, TellItem> {
  const item = itemOf(turn);
  const told = item === null ? null : canonicalJson(item);
  if (told === turn.told) return { state: turn };
  const { customerId, version, returning } = turn;
  const isRouted = item !== null && item.agent === undefined;
  const command = { type: 'TellItem' as const, customerId, version, item };
  return { state: { ...turn, told }, commands: [isRouted && returning ? { ...command, returning } : command] };
}

function afterConversation(state: State, event: ConversationEvent): Reacted<State, TellItem> {
  if (event.type === 'conversation.opened') return tell(opened(event));
  if (state === null) return { state };
  const waiting = evolveWaiting(state.waiting, event);
  const snoozed = event.type === 'conversation.snoozed';
  const awake = state.awake && waiting.category === 'snoozed' && !snoozed;
  const reacted = tell({ ...state, ...changesBy(state, event), waiting, awake, version: event.version });
  if (snoozed) return { ...reacted, set: [{ name: 'snooze', dueAt: Date.parse(event.data.until) }] };
  return waiting.category === 'snoozed' ? reacted : { ...reacted, cancelled: ['snooze'] };
}

function opened(event: Extract<ConversationEvent, { type: 'conversation.opened' }>): Turn {
  const { key, version, data } = event;
  const { channel, team = null, priority = 'normal', direction = null } = data;
  return {
    ...{ customerId: key, version, waiting: beginWaiting(event), channel: channel ?? 'other' },
    ...{ awake: false, forgotten: false },
    ...{ team, priority, tags: [], direction, agent: null, returning: true, due: {}, told: null },
  };
}

function changesBy(state: Turn, event: ConversationEvent): Partial<Turn> {
  const { type, data } = event;
  switch (type) {
    case 'conversation.message_received':
      return { direction: data.direction ?? state.direction, returning: state.returning || !isOurs(state) };
    case 'conversation.assigned':
      return data.agent === undefined ? { agent: null, returning: false } : { agent: data.agent };
    case 'conversation.transferred':
      return { team: data.team ?? null };
    case 'conversation.prioritised':
      return { priority: data.priority };
    case 'conversation.tagged':
      return { tags: tagsAfter(state.tags, data) };
    case 'conversation.forgotten':
      return { forgotten: true };
    case 'conversation.replied':
    case 'conversation.status_changed':
    case 'conversation.snoozed':
    case 'conversation.woken':
    case 'conversation.reopened':
    case 'conversation.merged':
    case 'conversation.unmerged':
    case 'conversation.absorbed':
    case 'conversation.released':
    case 'conversation.split_off':
    case 'conversation.spam_marked':
    case 'conversation.spam_cleared':
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
  const due = clockDueAfter(known, event);
  if (due === undefined || Object.keys(others).length >= MAX_CLOCKS) return tell({ ...state, due: others });
  return tell({ ...state, due: { ...others, [event.stream]: due } });
}

/**
 * Whose turn it is in each conversation, for routing: it remembers every conversation by itself, so that routing remembers only those in
 * which it is our turn.
 */
export const routingTurns: Reaction<State, TellItem, Handled> = {
  name: 'routing-turns',
  version: 8,
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
  due: (state) => (state?.waiting.category === 'snoozed' ? tell({ ...state, awake: true }) : { state }),
};
