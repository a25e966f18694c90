import { type PersonaErased, routedConversationOf, type RoutingEvent } from '#contracts';
import { allGone, type Evolve, type Projection } from '#kernel';

export type RoutingDecisionRow = {
  readonly position: bigint;
  readonly conversation_id: string;
  readonly customer_id: string;
  readonly type: Decided['type'];
  readonly recorded_at: number;
  readonly data: unknown;
};

type Decided = Extract<
  RoutingEvent,
  {
    readonly type:
      'routing.assigned' | 'routing.declined' | 'routing.offered' | 'routing.returned' | 'routing.not_done';
  }
>;

const decided: Evolve<RoutingDecisionRow, Decided> = (_row, { position, stream, key, type, recordedAt, data }) => ({
  ...{ position, conversation_id: routedConversationOf(stream), customer_id: key, type, recorded_at: recordedAt, data },
});

/** What routing decided, and what those whom it asked said: a row for each, with its reasons. */
export const routingDecisions: Projection<RoutingDecisionRow, Decided | PersonaErased> = {
  name: 'routing-decisions',
  version: 2,
  reads: 'sealed',
  appendOnly: true,
  table: {
    columns: {
      position: { type: 'bigint' },
      conversation_id: { type: 'uuid' },
      customer_id: { type: 'uuid' },
      type: { type: 'text' },
      recorded_at: { type: 'timestamp' },
      data: { type: 'json' },
    },
    primaryKey: ['position'],
    owner: 'customer_id',
    indexes: [{ on: 'conversation_id, position' }],
  },
  keys: ({ position }) => [[position]],
  when: {
    'routing.assigned': decided,
    'routing.declined': decided,
    'routing.offered': decided,
    'routing.returned': decided,
    'routing.not_done': decided,
    'persona.erased': () => allGone,
  },
};
