import {
  agents,
  conversationMessages,
  conversations,
  customerErasures,
  customerIdentifiers,
  customers,
  queue,
  serviceClocks,
  teams,
  timeline,
} from '#capabilities';
import { type Projection } from '#kernel';

/** Every read model. */
export const projections: readonly Projection[] = [
  timeline,
  customers,
  customerIdentifiers,
  customerErasures,
  conversations,
  conversationMessages,
  agents,
  teams,
  queue,
  serviceClocks,
];
