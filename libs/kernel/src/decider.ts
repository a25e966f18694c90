/** What a decision leads to: events, or a refusal with a reason from the domain. */
export type Decision<Event, Reason extends string> =
  | { readonly accepted: true; readonly events: readonly Event[] }
  | { readonly accepted: false; readonly reason: Reason };

/**
 * A decider in the sense of Jérémie Chassaing's "Functional Event Sourcing Decider" (2021): a pure function from state and
 * command to events, and a pure function from state and event to the next state.
 */
export interface Decider<State, Command, Event, Reason extends string> {
  readonly initial: State;
  decide(state: State, command: Command): Decision<Event, Reason>;
  evolve(state: State, event: Event): State;
}

export const accept = <Event>(...events: readonly Event[]): Decision<Event, never> => ({ accepted: true, events });
export const refuse = <Reason extends string>(reason: Reason): Decision<never, Reason> => ({ accepted: false, reason });
