import {
  type CancelReason,
  type ClockEvent,
  type ClockKind,
  type ClockTerms,
  type PolicySubject,
  type TurnStatus,
} from '#contracts';
import { type Decider, type EpochMs } from '#kernel';
import { type ClockCommand, type ClockRefusal, type ServiceClock } from './service-clock.decider.js';

/** By which policies a clock is measured. */
export interface TermsAsOf {
  /** Those that were known before this position, in decimal digits. */
  readonly position: string;
  readonly subject: PolicySubject;
}

/** What a fact of a conversation means for one of its clocks. `at` is the fact's instant. */
export type ClockAct = { readonly kind: ClockKind; readonly ordinal: number; readonly at: EpochMs } & (
  | { readonly type: 'StartClock'; readonly asOf: TermsAsOf }
  | { readonly type: 'ChangeStatus'; readonly status: TurnStatus }
  | { readonly type: 'StopClock' }
  | { readonly type: 'CancelClock'; readonly reason: CancelReason }
  /** With how it stands, and what is needed to start it where the terms before had no target of its kind. */
  | { readonly type: 'ChangeTerms'; readonly asOf: TermsAsOf; readonly startedAt: EpochMs; readonly status: TurnStatus }
  | { readonly type: 'Elapse' }
);

export type ClockDecider = Decider<ServiceClock, ClockCommand, ClockEvent, ClockRefusal>;
type TermsOf = (asOf: TermsAsOf, kind: ClockKind) => ClockTerms | undefined;

/**
 * The facts that follow for the clock. What it is told late counts as told at the last instant that it knows of: time never runs
 * backwards for a clock, except where it stops. What it refuses means nothing to it: no target, or over already.
 */
export function factsOf(
  decider: ClockDecider,
  clock: ServiceClock,
  act: ClockAct,
  termsOf: TermsOf,
): readonly ClockEvent[] {
  let state = clock;
  const facts: ClockEvent[] = [];
  for (const command of commandsOf(clock, act, termsOf)) {
    const decision = decider.decide(state, command);
    if (!decision.accepted) continue;
    facts.push(...decision.events);
    state = decision.events.reduce(decider.evolve, state);
  }
  return facts;
}

function commandsOf(clock: ServiceClock, act: ClockAct, termsOf: TermsOf): readonly ClockCommand[] {
  const { type, kind } = act;
  const at = clock.status === 'unknown' ? act.at : Math.max(act.at, clock.lastAt);
  switch (type) {
    case 'StartClock': {
      const terms = termsOf(act.asOf, kind);
      return terms === undefined ? [] : [{ type, at: act.at, kind, terms }];
    }
    case 'ChangeTerms': {
      const terms = termsOf(act.asOf, kind);
      // What was promised stays, where the policies that match now promise nothing.
      if (terms === undefined) return [];
      // Whether it stands still is decided anew: other terms may pause while other things are waited for.
      const stand: ClockCommand = { type: 'ChangeStatus', at, status: act.status };
      if (clock.status === 'unknown') return [{ type: 'StartClock', at: act.startedAt, kind, terms }, stand];
      return areSame(clock.terms, terms) ? [stand] : [{ type, at, terms }, stand];
    }
    case 'ChangeStatus':
      return [{ type, at, status: act.status }];
    case 'CancelClock':
      return [{ type, at, reason: act.reason }];
    case 'StopClock':
      return [{ type, at: clock.status === 'unknown' ? act.at : Math.max(act.at, clock.startedAt) }];
    case 'Elapse':
      return [{ type, at }];
  }
}

/** In place of any act, for a clock of an erased customer: it ends, at the latest when it would be due, and is not breached. */
export function endOfForgotten(clock: ServiceClock, { kind, ordinal, at }: ClockAct): ClockAct {
  const due = clock.status === 'unknown' ? null : clock.dueAt;
  return { type: 'CancelClock', kind, ordinal, at: Math.min(at, due ?? at), reason: 'deleted' };
}

/** Whether the clock runs no differently by them; the number of the policies' version alone is no difference. */
const areSame = (one: ClockTerms, other: ClockTerms): boolean =>
  one.policyId === other.policyId &&
  one.calendarId === other.calendarId &&
  one.calendarVersion === other.calendarVersion &&
  one.targetSeconds === other.targetSeconds &&
  one.pausedWhile.toSorted().join() === other.pausedWhile.toSorted().join() &&
  JSON.stringify(one.warnings ?? []) === JSON.stringify(other.warnings ?? []);
