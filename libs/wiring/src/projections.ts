import {
  agents,
  cannedReplies,
  complaints,
  conversationMessages,
  conversations,
  customerErasures,
  customerIdentifiers,
  customers,
  queue,
  responseFacts,
  serviceClocks,
  routingDecisions,
  routingItems,
  teams,
  timeline,
  rootCauses,
} from '#capabilities';
import { type Projection } from '#kernel';

/** Every read model. */
export const projections: readonly Projection[] = [
  timeline,
  customers,
  customerIdentifiers,
  customerErasures,
  complaints,
  conversations,
  conversationMessages,
  agents,
  cannedReplies,
  teams,
  queue,
  responseFacts,
  serviceClocks,
  rootCauses,
  routingItems,
  routingDecisions,
];
