import { type TouchpointEvent } from '#contracts';
import { type EventOf, type React, type Reaction } from '#kernel';
import { isPastExchange } from './past-exchange.js';
import { answererIn, spokenIn } from './route-touchpoint.js';

/** That a touchpoint goes into the conversation that it belongs to. */
export interface TakeUp {
  readonly type: 'TakeUp';
  /** Of the touchpoint; decimal digits. */
  readonly position: string;
}

type Exchange = EventOf<
  TouchpointEvent,
  'touchpoint.message' | 'touchpoint.call' | 'touchpoint.complaint' | 'touchpoint.review' | 'touchpoint.custom'
>;
type Nothing = Readonly<Record<string, never>>;

const takeUp: React<Nothing, TakeUp, Exchange> = (state, event) =>
  spokenIn(event) !== undefined || answererIn(event) !== undefined || isPastExchange(event)
    ? { state, commands: [{ type: 'TakeUp', position: event.position.toString() }] }
    : { state };

/** Whoever says something to us waits in the queue, until one of us answers, here or elsewhere, without anybody asking for it. One customer's touchpoints are taken up in their order. */
export const takeUps: Reaction<Nothing, TakeUp, Exchange> = {
  name: 'take-ups',
  version: 2,
  // What was said before the reactor was first started waits for an answer, too; and a touchpoint is taken up once.
  actsFrom: 'first-event',
  initial: {},
  // A past exchange that is not told in full is set aside, and nobody's next message waits behind it.
  key: (event) => (isPastExchange(event) ? `${event.key}/past` : event.key),
  when: {
    'touchpoint.message': takeUp,
    'touchpoint.call': takeUp,
    'touchpoint.complaint': takeUp,
    'touchpoint.review': takeUp,
    'touchpoint.custom': takeUp,
  },
  due: (state) => ({ state }),
};
