import { clockEventOf, type ClockKind, clockOfStream, type PersonaErased, type StoredClockEvent } from '#contracts';
import { allGone, type Evolve, gone, type Projection } from '#kernel';
import { serviceClock, type StartedClock } from './service-clock.decider.js';

/** A clock of a conversation, as its own facts left it. */
export type ServiceClockRow = {
  readonly stream: string;
  readonly conversation_id: string;
  readonly customer_id: string;
  readonly kind: ClockKind;
  readonly ordinal: number;
  readonly started_at: number;
  readonly clock: StartedClock;
};

/** What happened needs no calendar: due times stand in the clock's events. */
const { initial, evolve } = serviceClock(() => {
  throw new Error('what happened asked for a calendar');
});

const told: Evolve<ServiceClockRow, StoredClockEvent> = (before, event) => {
  const name = clockOfStream(event.stream);
  const clock = evolve(before?.clock ?? initial, clockEventOf(event));
  if (!name || clock.status === 'unknown') return undefined;
  const { conversationId, kind, ordinal } = name;
  return {
    ...{ stream: event.stream, conversation_id: conversationId, customer_id: event.key, kind, ordinal, clock },
    started_at: clock.startedAt,
  };
};

/** Service clocks: a row for each, the customer's. */
export const serviceClocks: Projection<ServiceClockRow, StoredClockEvent | PersonaErased> = {
  name: 'service-clocks',
  version: 4,
  reads: 'sealed',
  table: {
    columns: {
      stream: { type: 'text' },
      conversation_id: { type: 'uuid' },
      customer_id: { type: 'uuid' },
      kind: { type: 'text' },
      ordinal: { type: 'integer' },
      started_at: { type: 'timestamp' },
      clock: { type: 'json' },
    },
    primaryKey: ['stream'],
    owner: 'customer_id',
    // The clocks of one conversation, the latest first.
    indexes: [{ on: 'conversation_id, started_at, stream' }],
  },
  keys: (event) => [[event.type === 'persona.erased' ? event.key : event.stream]],
  when: {
    'service_clock.activated': told,
    'service_clock.paused': told,
    'service_clock.resumed': told,
    'service_clock.fulfilled': told,
    'service_clock.warned': told,
    'service_clock.breached': told,
    // Of an erased customer it may have been started after the erasure.
    'service_clock.cancelled': (before, event, key, rowOf) =>
      event.data.reason === 'deleted' ? gone : told(before, event, key, rowOf),
    'service_clock.restated': told,
    'persona.erased': () => allGone,
  },
};
