import {
  clockOfStream,
  type ConversationEvent,
  conversationIdOf,
  ruledConversationOf,
  type RuleNotApplied,
  type RuleScheduled,
  type RuleTrigger,
  type StoredClockEvent,
} from '#contracts';
import { type EpochMs, type EventOf, type Reacted, type Reaction } from '#kernel';

/** Has the rules looked at that answer something that happened, or that do not let it wait too long. */
export interface ApplyRules {
  readonly type: 'ApplyRules';
  readonly on: RuleTrigger;
  /** Decimal digits: of what happened. */
  readonly position: string;
  /** When its source told it, whoever was down since: the rules of that time answer it. Without it, those before the position. */
  readonly asOf?: EpochMs;
}

/** Has the rule looked at that does not let a conversation wait too long. */
export interface ApplyTimeRule {
  readonly type: 'ApplyTimeRule';
  readonly rule: string;
  readonly since: EpochMs;
  readonly dueAt: EpochMs;
  /** What was recorded by then has happened before it: the due time, unless the wait was told of after that. */
  readonly asOf: EpochMs;
}

export type RulesCommand = ApplyRules | ApplyTimeRule;

/** What the last append with something that the customer said told, message and consequences. */
interface Told {
  /** Its command. */
  readonly by: string;
  /** When its source told it, where it says so. */
  readonly at?: EpochMs;
  readonly isHistory: boolean;
}

interface Ruled {
  readonly told: Told;
  /** Until when it is history that was told afterwards, so that nobody could have kept its deadlines. */
  readonly historyUntil: EpochMs;
  /** Since when it waited, by the rule whose timer is set. */
  readonly since: Readonly<Record<string, EpochMs>>;
  /** Rules whose wait was over while something was promised, which kept them from being done: they are looked at again once it is settled. */
  readonly stopped?: Readonly<Record<string, Pick<ApplyTimeRule, 'since' | 'dueAt'>>>;
  /** When the last event was recorded. */
  readonly lastAt: EpochMs;
}
type State = Ruled | null;
type ClockBreached = Extract<StoredClockEvent, { readonly type: 'service_clock.breached' }>;
type Handled = ConversationEvent | ClockBreached | RuleNotApplied | RuleScheduled;
type Answer = Reacted<State, RulesCommand>;

/**
 * What its source tells so much later is history, and nobody wants an answer to it. Mail servers try for four or five days before they
 * give up (RFC 5321, 4.5.4.1): what they held up is news. How late it was taken up here says nothing.
 */
const HISTORY_MS = 5 * 86_400_000;
/** Timers of one conversation: rules may be renamed while theirs are set. */
const MAX_TIMERS = 80;

/** Why conversations that owe something are not resolved. */
const PROMISE_OWED = 'promise-owed';

const keep = (state: State, { recordedAt }: Handled): Answer => ({ state: state && { ...state, lastAt: recordedAt } });

type Said = EventOf<Handled, 'conversation.opened' | 'conversation.message_received' | 'conversation.replied'>;

function toldIn({ type, data, occurredAt, recordedAt, meta }: Said): Told {
  const at = data.toldAt === undefined ? undefined : Date.parse(data.toldAt);
  const isPast = type === 'conversation.opened' && data.origin === 'import';
  const isHistory = isPast || (at ?? recordedAt) - occurredAt >= HISTORY_MS;
  return { by: meta.causationId, ...(at !== undefined && { at }), isHistory };
}

/** A past exchange is told in one append, whatever its messages are. */
const saidIn = ({ told }: Ruled, event: Exclude<Said, { readonly type: 'conversation.opened' }>): Told =>
  event.meta.causationId === told.by ? told : toldIn(event);

function ask(before: State, on: RuleTrigger, event: Handled): Answer {
  const { state } = keep(before, event);
  if (state === null) return { state };
  const told = event.meta.causationId === state.told.by ? state.told : undefined;
  const isOver = event.type === 'service_clock.breached' && event.occurredAt < state.historyUntil;
  if (told?.isHistory === true || isOver) return { state };
  const asOf = told?.at;
  const position = event.position.toString();
  return { state, commands: [{ type: 'ApplyRules', on, position, ...(asOf !== undefined && { asOf }) }] };
}

/** What was promised is kept or waived: what it stopped may be done now, where the wait goes on. Where more is promised, it is stopped again. */
function settled(before: State, event: Handled): Answer {
  const { state } = keep(before, event);
  if (state?.stopped === undefined) return { state };
  const { stopped, ...rest } = state;
  const commands = Object.entries(stopped).map(([rule, { since, dueAt }]): ApplyTimeRule => ({
    ...{ type: 'ApplyTimeRule', rule, since, dueAt, asOf: state.lastAt },
  }));
  return { state: rest, commands };
}

/** A rule that answers events is asked again by the next event; one that answers time by nothing. */
function stoppedBy(before: State, event: RuleNotApplied): Answer {
  const { state } = keep(before, event);
  const { cause, reason } = event.data;
  const { rule, since, dueAt } = cause;
  if (state === null || reason !== PROMISE_OWED || since === undefined || dueAt === undefined) return { state };
  const others = state.stopped ?? {};
  if (!(rule in others) && Object.keys(others).length >= MAX_TIMERS) return { state };
  return {
    state: { ...state, stopped: { ...others, [rule]: { since: Date.parse(since), dueAt: Date.parse(dueAt) } } },
  };
}

const on =
  (trigger: RuleTrigger) =>
  (state: State, event: Handled): Answer =>
    ask(state, trigger, event);

/**
 * Rules of each conversation, in the order of what happens in it. It knows no rules: they are looked up when a command is done, as they
 * were before what it answers.
 */
export const rules: Reaction<State, RulesCommand, Handled> = {
  name: 'rules',
  version: 3,
  // Nobody is answered for what they said before there were rules.
  actsFrom: 'first-start',
  initial: null,
  key: (event) => {
    if (event.type === 'rule.scheduled' || event.type === 'rule.not_applied') return ruledConversationOf(event.stream);
    if (event.type === 'service_clock.breached') return clockOfStream(event.stream)?.conversationId;
    return conversationIdOf(event.stream);
  },
  when: {
    'conversation.opened': (_state, event) => {
      const told = toldIn(event);
      const historyUntil = told.isHistory ? (told.at ?? event.recordedAt) : 0;
      return ask({ told, historyUntil, since: {}, lastAt: event.recordedAt }, 'opened', event);
    },
    'conversation.message_received': (before, event) =>
      ask(before && { ...before, told: saidIn(before, event) }, 'message_received', event),
    // What was answered elsewhere is told by a touchpoint, as what the customer says is.
    'conversation.replied': (before, event) =>
      ask(before && event.data.elsewhere ? { ...before, told: saidIn(before, event) } : before, 'replied', event),
    'conversation.assigned': on('assigned'),
    'conversation.transferred': on('transferred'),
    'conversation.prioritised': on('prioritised'),
    'conversation.tagged': on('tagged'),
    'conversation.status_changed': on('status_changed'),
    'conversation.snoozed': on('status_changed'),
    'conversation.woken': on('status_changed'),
    'conversation.reopened': on('status_changed'),
    'conversation.unmerged': on('status_changed'),
    'conversation.spam_cleared': on('status_changed'),
    'conversation.noted': keep,
    'conversation.merged': keep,
    'conversation.absorbed': keep,
    'conversation.forgotten': keep,
    'conversation.released': keep,
    'conversation.split_off': keep,
    'conversation.spam_marked': keep,
    'conversation.mention_seen': keep,
    'conversation.linked': keep,
    'conversation.unlinked': keep,
    'conversation.promised': keep,
    'conversation.promise_kept': settled,
    'conversation.promise_rescheduled': keep,
    'conversation.promise_waived': settled,
    'conversation.promise_broken': keep,
    'service_clock.breached': on('clock_breached'),
    'rule.not_applied': stoppedBy,
    'rule.scheduled': (before, event) => {
      const { data } = event;
      const { state } = keep(before, event);
      if (state === null) return { state };
      if (!(data.rule in state.since) && Object.keys(state.since).length >= MAX_TIMERS) return { state };
      const since = { ...state.since, [data.rule]: Date.parse(data.since) };
      return { state: { ...state, since }, set: [{ name: data.rule, dueAt: Date.parse(data.dueAt) }] };
    },
  },
  due: (state, { name, at }) => {
    const { [name]: since, ...others } = state?.since ?? {};
    if (state === null || since === undefined) return { state };
    return {
      state: { ...state, since: others },
      commands: [{ type: 'ApplyTimeRule', rule: name, since, dueAt: at, asOf: Math.max(at, state.lastAt) }],
    };
  },
};
