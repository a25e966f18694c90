import {
  type BusinessCalendar,
  type CancelReason,
  type ClockEvent,
  type ClockKind,
  type ClockTerms,
  type ClockVerdict,
  type TurnStatus,
} from '#contracts';
import { accept, type Decider, type Decision, type EpochMs, refuse } from '#kernel';
import { businessMs, due, type Pause } from './calendars/business-time.js';

export type ClockCommand =
  | { readonly type: 'StartClock'; readonly at: EpochMs; readonly kind: ClockKind; readonly terms: ClockTerms }
  | { readonly type: 'ChangeStatus'; readonly at: EpochMs; readonly status: TurnStatus }
  | { readonly type: 'StopClock'; readonly at: EpochMs }
  | { readonly type: 'CancelClock'; readonly at: EpochMs; readonly reason: CancelReason }
  | { readonly type: 'ChangeTerms'; readonly at: EpochMs; readonly terms: ClockTerms }
  /** Time has come to `at`. */
  | { readonly type: 'Elapse'; readonly at: EpochMs };

export interface ToldWarning {
  readonly beforeSeconds: number;
  readonly at: EpochMs;
}

export interface StartedClock {
  readonly status: 'running' | 'paused' | 'fulfilled' | 'cancelled';
  readonly kind: ClockKind;
  readonly startedAt: EpochMs;
  readonly terms: ClockTerms;
  readonly pauses: readonly Pause[];
  readonly dueAt: EpochMs | null;
  /** The first one reached; it counts, and stays. */
  readonly verdict?: ClockVerdict;
  /** The terms by which it was breached: others may have come since. */
  readonly breachedBy?: ClockTerms;
  /** The verdict beside it; `open` where terms changed after a breach and the new due time is not decided yet. */
  readonly beside?: ClockVerdict | 'open';
  /** Warnings that were told, and when each was to be. */
  readonly warned?: readonly ToldWarning[];
  /** Of the first stop, and of the last where a resolution was followed by another. */
  readonly stoppedAt?: EpochMs;
  readonly lastStoppedAt?: EpochMs;
  /** Nothing but a stop may be told that was earlier. */
  readonly lastAt: EpochMs;
}

export type ServiceClock = { readonly status: 'unknown' } | StartedClock;
export type ClockRefusal = 'never-started' | 'already-ended' | 'out-of-order' | 'too-many-pauses';

/** The calendar with its versions up to the one named, always the same object for the same version: it keeps what it has found. */
export type CalendarOf = (id: string, version: number) => BusinessCalendar;

/** Each pause is walked on every question; a conversation that waits more often is not measured by a clock any more. */
export const MAX_PAUSES = 1_000;

/** One clock of one conversation. Pure, because a calendar's version never changes. */
export const serviceClock = (
  calendarOf: CalendarOf,
): Decider<ServiceClock, ClockCommand, ClockEvent, ClockRefusal> => ({
  initial: { status: 'unknown' },
  decide(state, command) {
    if (command.type === 'StartClock') {
      // The message that starts a clock may be delivered twice.
      if (state.status !== 'unknown') return accept();
      const { at, kind, terms } = command;
      const dueAt = dueBy(calendarOf, terms, at, []);
      const clock = begun({ at, kind, terms, dueAt });
      return accept({
        type: 'service_clock.activated',
        data: { at, kind, terms, dueAt, ...warnAt(calendarOf, clock) },
      });
    }
    if (state.status === 'unknown') return refuse('never-started');
    return decideStarted(calendarOf, state, command);
  },
  evolve,
});

type LaterCommand = Exclude<ClockCommand, { readonly type: 'StartClock' }>;

function decideStarted(
  calendarOf: CalendarOf,
  clock: StartedClock,
  command: LaterCommand,
): Decision<ClockEvent, ClockRefusal> {
  const { at } = command;
  if (at < clock.startedAt || (command.type !== 'StopClock' && at < clock.lastAt)) return refuse('out-of-order');
  const passed = passedBy(calendarOf, clock, at);
  const now = passed.reduce(evolveStarted, clock);
  switch (command.type) {
    case 'Elapse':
      return accept(...passed);
    case 'StopClock': {
      const stopped = stop(calendarOf, now, at);
      return stopped.accepted ? accept(...passed, ...stopped.events) : stopped;
    }
    case 'CancelClock':
      if (isOver(now)) return accept();
      return accept(...passed, { type: 'service_clock.cancelled', data: { at, reason: command.reason } });
    case 'ChangeStatus': {
      if (isOver(now)) return accept();
      const stand = now.terms.pausedWhile.includes(command.status);
      if (stand === (now.status === 'paused')) return accept(...passed);
      if (stand && now.pauses.length >= MAX_PAUSES) return refuse('too-many-pauses');
      const pauses = stand ? [...now.pauses, { from: at }] : closeLast(now.pauses, at);
      const dueAt = dueBy(calendarOf, now.terms, now.startedAt, pauses);
      if (stand) return accept(...passed, { type: 'service_clock.paused', data: { at, dueAt } });
      const warn = warnAt(calendarOf, { ...now, status: 'running', pauses, dueAt, lastAt: at });
      return accept(...passed, { type: 'service_clock.resumed', data: { at, dueAt, ...warn } });
    }
    case 'ChangeTerms':
      if (now.status === 'cancelled') return refuse('already-ended');
      return accept(...passed, ...restate(calendarOf, now, command));
  }
}

const isOver = ({ status }: StartedClock): boolean => status === 'fulfilled' || status === 'cancelled';

const dueBy = (
  calendarOf: CalendarOf,
  { calendarId, calendarVersion, targetSeconds }: ClockTerms,
  startedAt: EpochMs,
  pauses: readonly Pause[],
): EpochMs | null => due(calendarOf(calendarId, calendarVersion), startedAt, targetSeconds, pauses) ?? null;

const verdictOf = (dueAt: EpochMs | null, stoppedAt: EpochMs): ClockVerdict =>
  dueAt === null || stoppedAt <= dueAt ? 'on_time' : 'breached';

/** What had happened by itself before `at`: stopping at the due time is still on time, so a breach shows after it. */
function passedBy(calendarOf: CalendarOf, clock: StartedClock, at: EpochMs): readonly ClockEvent[] {
  const warned: ClockEvent[] = [];
  let state = clock;
  for (let next = nextWarning(calendarOf, state); next && next.at <= at; next = nextWarning(calendarOf, state)) {
    const told = { ...state, warned: [...(state.warned ?? []), { beforeSeconds: next.beforeSeconds, at: next.at }] };
    state = { ...told, lastAt: Math.max(state.lastAt, next.at) };
    warned.push({ type: 'service_clock.warned', data: { ...next, ...warnAt(calendarOf, state) } });
  }
  return [...warned, ...breachedBy(state, at)];
}

function breachedBy({ status, dueAt, verdict, beside, terms }: StartedClock, at: EpochMs): readonly ClockEvent[] {
  if (status === 'fulfilled' || status === 'cancelled' || dueAt === null || at <= dueAt) return [];
  if (verdict === undefined) return [{ type: 'service_clock.breached', data: { at: dueAt, terms } }];
  if (beside !== 'open') return [];
  return [
    { type: 'service_clock.restated', data: { at: dueAt, cause: 'terms_changed', terms, dueAt, verdict: 'breached' } },
  ];
}

type Next = Omit<Extract<ClockEvent, { readonly type: 'service_clock.warned' }>['data'], 'warnAt'>;

/**
 * The warning that comes next: of those that were not told, the earliest. One whose time was over when its terms came is told at once,
 * because no clock is told of what was before the last that it knows. After the due time there is nothing to warn of.
 */
function nextWarning(calendarOf: CalendarOf, clock: StartedClock): Next | undefined {
  const { status, terms, dueAt, verdict, startedAt, pauses, warned = [], lastAt } = clock;
  if (status !== 'running' || dueAt === null || verdict !== undefined) return undefined;
  const next = terms.warnings?.find(
    ({ beforeSeconds }) => !warned.some((told) => told.beforeSeconds === beforeSeconds),
  );
  if (next === undefined) return undefined;
  const targetSeconds = terms.targetSeconds - next.beforeSeconds;
  const at = dueBy(calendarOf, { ...terms, targetSeconds }, startedAt, pauses);
  if (at === null || Math.max(at, lastAt) > dueAt) return undefined;
  return { at: Math.max(at, lastAt), dueAt, beforeSeconds: next.beforeSeconds, to: next.to };
}

function warnAt(calendarOf: CalendarOf, clock: StartedClock): { readonly warnAt?: EpochMs } {
  const next = nextWarning(calendarOf, clock);
  return next ? { warnAt: next.at } : {};
}

function stop(calendarOf: CalendarOf, clock: StartedClock, at: EpochMs): Decision<ClockEvent, ClockRefusal> {
  const { terms, dueAt, verdict: reached, beside, kind } = clock;
  const own = verdictOf(dueAt, at);
  const restated = (cause: 'terms_changed' | 'stopped_earlier' | 'stopped_again'): ClockEvent => ({
    type: 'service_clock.restated',
    data: { at, cause, terms, dueAt, verdict: own },
  });
  if (clock.status === 'cancelled') return refuse('already-ended');
  if (clock.status === 'fulfilled') {
    if (at === clock.stoppedAt || at === clock.lastStoppedAt) return accept();
    // The last resolution is kept beside the first one, which counts.
    return kind === 'resolution' && at > clock.lastAt ? accept(restated('stopped_again')) : refuse('already-ended');
  }
  const spentMs = businessMs(calendarOf(terms.calendarId, terms.calendarVersion), clock.startedAt, at, clock.pauses);
  const data = { at, dueAt, verdict: reached ?? own, spentMs, terms: clock.breachedBy ?? terms };
  const fulfilled: ClockEvent = { type: 'service_clock.fulfilled', data };
  if (reached === undefined) return accept(fulfilled);
  if (beside === 'open') return accept(fulfilled, restated('terms_changed'));
  return own === 'on_time' && beside === undefined ? accept(fulfilled, restated('stopped_earlier')) : accept(fulfilled);
}

function restate(
  calendarOf: CalendarOf,
  clock: StartedClock,
  { at, terms }: { readonly at: EpochMs; readonly terms: ClockTerms },
): readonly ClockEvent[] {
  const dueAt = dueBy(calendarOf, terms, clock.startedAt, clock.pauses);
  const late = dueAt !== null && dueAt < at;
  const verdict =
    clock.verdict === undefined
      ? null
      : clock.stoppedAt !== undefined
        ? verdictOf(dueAt, clock.stoppedAt)
        : late
          ? 'breached'
          : null;
  const warn = late ? {} : warnAt(calendarOf, { ...clock, terms, dueAt, lastAt: at });
  const restated: ClockEvent = {
    type: 'service_clock.restated',
    data: { at, cause: 'terms_changed', terms, dueAt, verdict, ...warn },
  };
  if (clock.verdict !== undefined || !late) return [restated];
  return [restated, { type: 'service_clock.breached', data: { at: dueAt, terms } }];
}

const closeLast = (pauses: readonly Pause[], until: EpochMs): readonly Pause[] =>
  pauses.map((pause, index) => (index === pauses.length - 1 ? { ...pause, until } : pause));

function evolve(state: ServiceClock, event: ClockEvent): ServiceClock {
  if (state.status !== 'unknown') return evolveStarted(state, event);
  if (event.type !== 'service_clock.activated') return state;
  return begun(event.data);
}

type Begun = Omit<Extract<ClockEvent, { readonly type: 'service_clock.activated' }>['data'], 'warnAt'>;

const begun = ({ at, kind, terms, dueAt }: Begun): StartedClock => ({
  ...{ status: 'running', kind, startedAt: at, terms, pauses: [], dueAt, lastAt: at },
});

function evolveStarted(clock: StartedClock, { type, data }: ClockEvent): StartedClock {
  const lastAt = Math.max(clock.lastAt, data.at);
  switch (type) {
    case 'service_clock.activated':
      return clock;
    case 'service_clock.paused':
      return { ...clock, status: 'paused', pauses: [...clock.pauses, { from: data.at }], dueAt: data.dueAt, lastAt };
    case 'service_clock.resumed':
      return { ...clock, status: 'running', pauses: closeLast(clock.pauses, data.at), dueAt: data.dueAt, lastAt };
    case 'service_clock.fulfilled':
      return {
        ...clock,
        status: 'fulfilled',
        verdict: data.verdict,
        stoppedAt: data.at,
        lastStoppedAt: data.at,
        lastAt,
      };
    case 'service_clock.warned': {
      const { at, beforeSeconds } = data;
      return { ...clock, warned: [...(clock.warned ?? []), { beforeSeconds, at }], lastAt };
    }
    case 'service_clock.breached':
      return { ...clock, verdict: 'breached', breachedBy: data.terms, lastAt };
    case 'service_clock.cancelled':
      return { ...clock, status: 'cancelled', lastAt };
    case 'service_clock.restated': {
      const { terms, dueAt, verdict, cause, at } = data;
      const restated = { ...clock, terms, dueAt, lastAt };
      if (cause === 'stopped_again') return { ...restated, lastStoppedAt: at, beside: verdict ?? 'open' };
      return clock.verdict === undefined ? restated : { ...restated, beside: verdict ?? 'open' };
    }
  }
}
