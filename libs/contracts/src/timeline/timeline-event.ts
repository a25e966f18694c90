import { type Evolve, type Row } from '#kernel';
import { type PersonaErased } from '../customers/customer-events.js';
import { type TouchpointEvent } from '../touchpoints/touchpoint-event.js';
import { type TimelineDecision } from './timeline-decision.js';

/** Who a customer is, as far as anybody told: what was reported of them, and that it was erased. */
export type CustomerEvent = TouchpointEvent | PersonaErased;

/** Everything that a customer's timeline is made of: what was reported, and what was decided about them. */
export type TimelineEvent = CustomerEvent | TimelineDecision;

type TouchpointHandlers<R extends Row> = { readonly [T in TouchpointEvent['type']]: Evolve<R, TouchpointEvent> };

/**
 * One handler for touchpoints of every kind. Written out, so that a new kind does not compile before somebody has looked at
 * what the read models do with it.
 */
export const everyTouchpoint = <R extends Row>(evolve: Evolve<R, TouchpointEvent>): TouchpointHandlers<R> => ({
  'touchpoint.first_contact': evolve,
  'touchpoint.visit': evolve,
  'touchpoint.message': evolve,
  'touchpoint.call': evolve,
  'touchpoint.purchase': evolve,
  'touchpoint.return': evolve,
  'touchpoint.cart_abandoned': evolve,
  'touchpoint.complaint': evolve,
  'touchpoint.follow_up': evolve,
  'touchpoint.survey_answer': evolve,
  'touchpoint.review': evolve,
  'touchpoint.mention': evolve,
  'touchpoint.promise': evolve,
  'touchpoint.service': evolve,
  'touchpoint.loyalty': evolve,
  'touchpoint.subscription': evolve,
  'touchpoint.consent': evolve,
  'touchpoint.custom': evolve,
});
