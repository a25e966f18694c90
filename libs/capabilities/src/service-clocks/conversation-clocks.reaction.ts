import {
  clockKinds,
  clockOfStream,
  conversationIdOf,
  type ServicePoliciesApplied,
  type StoredClockEvent,
} from '#contracts';
import { type EpochMs, type Reacted, type Reaction } from '#kernel';
import { type ClockAct } from './clock-acts.js';
import {
  type ClockedConversation,
  type ClockedEvent,
  remeasure,
  tell,
  type Told,
  wake,
} from './clocked-conversation.js';

/** Tells clocks of the conversation that is the command's key what its facts mean for them, in order, all or nothing. */
export interface TellClocks {
  readonly type: 'TellClocks';
  readonly acts: readonly ClockAct[];
  /** Key of the facts. */
  readonly customerId: string;
}

type Memory = ClockedConversation | null;
type Answer = Reacted<Memory, TellClocks>;

/**
 * An act takes a moment to be recorded: what was done in time is told before the breach, which then is told as exactly as ever. People act
 * when they act, and a past exchange is told with its end, in one append. An answer that was given elsewhere may come later, and nobody
 * can wait for it: where the breach was told, the verdict of its own instant stands beside that.
 */
const PATIENCE_MS = 2_000;

const answer = ({ state, acts }: Told): Answer => {
  const { customerId } = state;
  return { state, ...(acts.length > 0 && { commands: [{ type: 'TellClocks', acts, customerId }] }) };
};

const told = (state: Memory, event: ClockedEvent): Answer => answer(tell(state ?? undefined, event));

/** Whatever moves a snoozed conversation ends its snooze. */
const moved = (state: Memory, event: ClockedEvent): Answer => ({ ...told(state, event), cancelled: ['wake'] });

interface Instants {
  readonly dueAt?: EpochMs;
  readonly warnAt?: EpochMs;
}

/** What becomes due by itself: the due time, and the next warning before it. Both wait for what was done in time. */
function deadlines(state: Memory, { stream }: StoredClockEvent, { dueAt, warnAt }: Instants): Answer {
  const clock = clockOfStream(stream);
  if (!state || !clock) return { state };
  const timers = [
    { name: `due:${clock.kind}:${String(clock.ordinal)}`, at: dueAt },
    { name: `warn:${clock.kind}:${String(clock.ordinal)}`, at: warnAt },
  ];
  return {
    state,
    set: timers.flatMap(({ name, at }) => (at === undefined ? [] : [{ name, dueAt: at + PATIENCE_MS }])),
    cancelled: timers.filter(({ at }) => at === undefined).map(({ name }) => name),
  };
}

type Trigger = ClockedEvent | StoredClockEvent | ServicePoliciesApplied;

/**
 * Starts, pauses, stops and cancels the service clocks of each conversation, and tells them when their due time is over. Both in one
 * reaction: whether an answer came before the deadline follows from the order of the log, not from who was dispatched first.
 */
export const conversationClocks: Reaction<Memory, TellClocks, Trigger> = {
  name: 'conversation-clocks',
  version: 6,
  // Its facts are about the past, exact however late they are told; and a clock is told each of them once.
  actsFrom: 'first-event',
  initial: null,
  key: (event) => {
    if (event.type === 'service_policies.applied') return event.data.conversationId;
    if (event.type.startsWith('service_clock.')) return clockOfStream(event.stream)?.conversationId;
    return conversationIdOf(event.stream);
  },
  when: {
    'conversation.opened': told,
    'conversation.message_received': told,
    'conversation.replied': told,
    'conversation.prioritised': told,
    'conversation.transferred': told,
    'conversation.merged': told,
    'conversation.unmerged': told,
    'conversation.absorbed': told,
    'conversation.released': told,
    'conversation.split_off': told,
    'conversation.spam_marked': told,
    'conversation.spam_cleared': told,
    'conversation.forgotten': moved,
    'conversation.status_changed': moved,
    'conversation.woken': moved,
    'conversation.reopened': moved,
    'conversation.snoozed': (state, event) => ({
      ...told(state, event),
      set: [{ name: 'wake', dueAt: Date.parse(event.data.until) }],
    }),
    'service_policies.applied': (state, event) => (state ? answer(remeasure(state, event)) : { state }),
    'service_clock.activated': (state, event) => deadlines(state, event, event.data),
    'service_clock.paused': (state, event) => deadlines(state, event, event.data),
    'service_clock.resumed': (state, event) => deadlines(state, event, event.data),
    // Only other terms make a deadline of their own; the other causes tell of a clock that was stopped.
    'service_clock.restated': (state, event) =>
      event.data.cause === 'terms_changed' ? deadlines(state, event, event.data) : { state },
    'service_clock.fulfilled': (state, event) => deadlines(state, event, {}),
    'service_clock.cancelled': (state, event) => deadlines(state, event, {}),
    'service_clock.warned': (state, event) => deadlines(state, event, event.data),
    'service_clock.breached': (state) => ({ state }),
  },
  due: (state, { name, at }) => {
    if (!state) return { state };
    if (name === 'wake') return answer(wake(state, at));
    const [what, named, ordinal] = name.split(':');
    const kind = clockKinds.find((each) => each === named);
    // A warning waited as long as a breach does, and must not tell one that was not waited for as long.
    const until = what === 'warn' ? at - PATIENCE_MS : at;
    return kind ? answer({ state, acts: [{ kind, ordinal: Number(ordinal), at: until, type: 'Elapse' }] }) : { state };
  },
};
