import type { EpochMs, EventOf, RecordedEvent, TypeOf } from './event.js';

/** A deadline. Its name is unique within the reaction and key: setting it again moves it. */
export interface Timer {
  readonly name: string;
  readonly dueAt: EpochMs;
}

/** A deadline that passed. It tells when it was due, and nothing of when that was noticed. */
export interface TimerDue {
  readonly name: string;
  readonly at: EpochMs;
}

/** What a trigger leads to for one key: all of it is kept, or nothing. */
export interface Reacted<State, Command> {
  readonly state: State;
  /** In the order in which they are to be dispatched. */
  readonly commands?: readonly Command[];
  readonly set?: readonly Timer[];
  /** Names of timers; one that is not set changes nothing. */
  readonly cancelled?: readonly string[];
}

/** The type of a method, not of a function: so reactions of any state and events fit into one list. */
export type React<State, Command, Trigger> = {
  react(state: State, trigger: Trigger, key: string): Reacted<State, Command>;
}['react'];

/**
 * How a state that is large is kept: in pieces, each JSON by itself, of which only those that are otherwise are written. A state is never
 * changed in place, so that what two states share is the same object, and need not be looked into.
 */
export interface Pieces<State> {
  /** What is otherwise in the later of two states, by name; `undefined`: it is gone. */
  readonly changed: {
    changed(before: State, after: State): Iterable<readonly [name: string, piece: unknown]>;
  }['changed'];
  /** The state that has these; of none, the initial one. */
  readonly joined: { joined(pieces: readonly (readonly [name: string, piece: unknown])[]): State }['joined'];
}

/**
 * A process with a memory for each key: it answers events, and deadlines that passed, with commands and timers. Pure: no clock, no
 * chance, no input or output. It reads events sealed, so that nothing personal gets into its state or its commands. States and
 * commands are JSON. The map of handlers is the subscription.
 */
export interface Reaction<State = unknown, Command = unknown, E extends RecordedEvent = RecordedEvent> {
  /** kebab-case. */
  readonly name: string;
  /** Raise it when what it decides or remembers changes: the next start computes the states anew, without dispatching again. */
  readonly version: number;
  /** Whether commands come of what the log already held when the reaction was first started. */
  readonly actsFrom: 'first-event' | 'first-start';
  /** The state of a key that nothing has happened to. */
  readonly initial: State;
  /** Without it, a state is written whole each time. Keys whose states have pieces are few: what was read of them last is kept in memory. */
  readonly pieces?: Pieces<State>;
  /**
   * Whose state an event changes; `undefined`: nobody's. Keys that are alike before a slash have states of their own; their commands are
   * done one after the other all the same, but for those that are parked.
   */
  readonly key: { key(event: E): string | undefined }['key'];
  /**
   * What a command is about. Commands of a key that are about different things are done side by side; those about the same thing, and
   * without this all of a key, in their order.
   */
  readonly about?: { about(command: Command): string }['about'];
  readonly when: { readonly [T in TypeOf<E>]: React<State, Command, EventOf<E, T>> };
  readonly due: React<State, Command, TimerDue>;
}
