import { type ClockKind, type TurnStatus } from './service-clock.js';

/** What of a conversation a policy may ask for. */
export const policySubjects = ['channel', 'priority', 'team', 'segment'] as const;
export type PolicySubject = Readonly<Partial<Record<(typeof policySubjects)[number], string>>>;

/** Before the due time: so much business time, or so much of the target. */
export interface PolicyWarning {
  readonly beforeSeconds?: number;
  readonly beforePercent?: number;
  /** Kind and id of persons, `team:` and the word of teams. */
  readonly to: readonly string[];
}

export interface ClockPolicy {
  readonly id: string;
  /** Each that is named must have one of its values; none named matches everything. */
  readonly when: Readonly<Partial<Record<(typeof policySubjects)[number], readonly string[]>>>;
  readonly calendarId: string;
  /** In seconds; a kind without a target has no clock. */
  readonly targetSeconds: Readonly<Partial<Record<ClockKind, number>>>;
  /** Of the update and resolution clocks; a response clock never pauses. */
  readonly pausedWhile: Readonly<Partial<Record<'update' | 'resolution', readonly TurnStatus[]>>>;
  /** Of each of its clocks. */
  readonly warnings?: readonly PolicyWarning[];
}

/** An ordered list: the first policy that matches holds. */
export interface ClockPolicies {
  /** 1 and up; changes with any of them. */
  readonly version: number;
  readonly policies: readonly ClockPolicy[];
}
