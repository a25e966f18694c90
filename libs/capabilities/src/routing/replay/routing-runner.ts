import { type EpochMs } from '#kernel';
import { type RoutingInput } from '../evolve-routing.js';
import { type RouteConversation } from '../routing.reaction.js';
import { type RoutingState } from '../routing-state.js';

export interface IssuedDecision {
  /** Of the event that tells what became of it. */
  readonly id: string;
  readonly command: RouteConversation;
}

/** Routing on its way through a history. */
export interface RoutingRunner {
  readonly state: RoutingState;
  /** When its next timer is due. */
  readonly dueAt: EpochMs | undefined;
  /** Fires the timers that are due before a time, then handles the event. */
  run(event: RoutingInput | undefined, time: EpochMs): readonly IssuedDecision[];
  /** Another one that goes on from here, knowing something else. */
  fork(change: (state: RoutingState) => RoutingState): RoutingRunner;
}
