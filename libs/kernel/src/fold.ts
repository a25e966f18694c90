/** A pure function from state and event to the next state. */
export type Fold<State, Event> = (state: State, event: Event) => State;

export const foldAll = <State, Event>(fold: Fold<State, Event>, initial: State, events: Iterable<Event>): State => {
  let state = initial;
  for (const event of events) state = fold(state, event);
  return state;
};
