import type { EpochMs, EventOf, RecordedEvent, TypeOf } from './event.js';

/** A deadline that a reaction has set. Its name is unique within the reaction and key: setting it again moves it. */
export interface Timer {
  readonly name: string;
  readonly dueAt: EpochMs;
}

/** A deadline that passed. There is no time of noticing: a replay, or an outage over the deadline, makes no difference. */
export interface TimerDue {
  readonly name: string;
  /** The instant at which the timer was due. */
  readonly at: EpochMs;
}

/** What a trigger leads to for one key. To be committed as a whole: state, commands and timers, or nothing. */
export interface Reacted<State, Command> {
  readonly state: State;
  /** In the order in which they are to be dispatched; their places are part of their ids. */
  readonly commands: readonly Command[];
  readonly set: readonly Timer[];
  /** Names of timers; cancelling one that is not set changes nothing. */
  readonly cancelled: readonly string[];
}

/** The type of a method, not of a function, for the reason told at `Evolve`. */
export type React<State, Command, Trigger> = {
  react(state: State, trigger: Trigger, key: string): Reacted<State, Command>;
}['react'];

/**
 * A process with a memory for each key that answers events and passed deadlines with commands and timers. Pure: no clock,
 * no chance, no input or output. The map of handlers is the subscription.
 */
export interface Reaction<State = unknown, Command = unknown, E extends RecordedEvent = RecordedEvent> {
  /** kebab-case. */
  readonly name: string;
  /** Raise it when what it decides changes. */
  readonly version: number;
  /** The state of a key that nothing has happened to yet. */
  readonly initial: State;
  /** The keys whose state an event touches. */
  keys(event: E): readonly string[];
  readonly when: { readonly [T in TypeOf<E>]: React<State, Command, EventOf<E, T>> };
  readonly due: React<State, Command, TimerDue>;
}

/**
 * Whether a pending timer is to be answered before a pending event of its key. Compares the due instant with the instant of
 * commit, both stored, so the answer is the same at every replay. On a tie the event comes first: what was recorded at the
 * very instant of a deadline was still in time.
 */
export const firesBefore = (timer: Timer, event: Pick<RecordedEvent, 'recordedAt'>): boolean =>
  timer.dueAt < event.recordedAt;
