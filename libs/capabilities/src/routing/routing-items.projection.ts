import {
  type Channel,
  type PersonaErased,
  type Priority,
  routedConversationOf,
  type RoutingEvent,
  type TextDirection,
} from '#contracts';
import { allGone, gone, type Projection } from '#kernel';

/** A conversation in which it is our turn, as far as it takes room of somebody. */
export type RoutingItemRow = {
  readonly conversation_id: string;
  readonly customer_id: string;
  readonly agent: string | null;
  readonly channel: Channel;
  readonly team: string | null;
  readonly priority: Priority;
  readonly tags: readonly string[];
  readonly direction: TextDirection | null;
};

type Told = Extract<RoutingEvent, { readonly type: `routing.item_${string}` }>;

/** What is on whose desk: whence their load is counted. */
export const routingItems: Projection<RoutingItemRow, Told | PersonaErased> = {
  name: 'routing-items',
  version: 1,
  reads: 'sealed',
  table: {
    columns: {
      conversation_id: { type: 'uuid' },
      customer_id: { type: 'uuid' },
      agent: { type: 'text', nullable: true },
      channel: { type: 'text' },
      team: { type: 'text', nullable: true },
      priority: { type: 'text' },
      tags: { type: 'json' },
      direction: { type: 'text', nullable: true },
    },
    primaryKey: ['conversation_id'],
    owner: 'customer_id',
    indexes: [{ on: 'agent', where: 'agent IS NOT NULL' }],
  },
  keys: (event) => [[event.type === 'persona.erased' ? event.key : routedConversationOf(event.stream)]],
  when: {
    'routing.item_changed': (_before, { stream, key, data }) => ({
      ...{ conversation_id: routedConversationOf(stream), customer_id: key, agent: data.agent ?? null },
      ...{ channel: data.channel, team: data.team ?? null, priority: data.priority, tags: data.tags ?? [] },
      direction: data.direction ?? null,
    }),
    'routing.item_left': () => gone,
    'persona.erased': () => allGone,
  },
};
