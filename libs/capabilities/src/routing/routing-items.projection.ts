import {
  type Channel,
  offerEndsAt,
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
  /** Who was asked last whether they take it, and until when. */
  readonly offered_to: string | null;
  readonly offered_until: number | null;
};

type Told = Extract<RoutingEvent, { readonly type: `routing.item_${string}` | 'routing.declined' | 'routing.offered' }>;

/** What is on whose desk, whence their load is counted, and what is offered to whom. */
export const routingItems: Projection<RoutingItemRow, Told | PersonaErased> = {
  name: 'routing-items',
  version: 4,
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
      offered_to: { type: 'text', nullable: true },
      offered_until: { type: 'timestamp', nullable: true },
    },
    primaryKey: ['conversation_id'],
    owner: 'customer_id',
    indexes: [
      { on: 'agent', where: 'agent IS NOT NULL' },
      { on: 'offered_to, offered_until', where: 'offered_to IS NOT NULL' },
    ],
  },
  keys: (event) => [[event.type === 'persona.erased' ? event.key : routedConversationOf(event.stream)]],
  when: {
    'routing.item_changed': (before, { stream, key, data }) => ({
      ...{ conversation_id: routedConversationOf(stream), customer_id: key, agent: data.agent ?? null },
      ...{ channel: data.channel, team: data.team ?? null, priority: data.priority, tags: data.tags ?? [] },
      direction: data.direction ?? null,
      // Whoever has it now is asked no more; nothing else that changes takes back what somebody was asked.
      offered_to: data.agent === undefined ? (before?.offered_to ?? null) : null,
      offered_until: data.agent === undefined ? (before?.offered_until ?? null) : null,
    }),
    'routing.offered': (before, { data, recordedAt }) =>
      before && { ...before, offered_to: data.agent, offered_until: offerEndsAt(data, recordedAt) },
    'routing.declined': (before, { data: { agent, until } }) =>
      before?.offered_to === agent && before.offered_until === Date.parse(until)
        ? { ...before, offered_to: null, offered_until: null }
        : before,
    'routing.item_left': () => gone,
    'persona.erased': () => allGone,
  },
};
