import type { RecordedEvent } from '#kernel';

export interface PersonaErasedData {
  /** Why, from a closed list: the erasure itself must hold no personal data. */
  readonly reason: 'customer_request' | 'retention' | 'other';
}

/** The personal data of the persona whose id is the event's key is gone. The last event of its stream. */
export type PersonaErased = RecordedEvent<'persona.erased', PersonaErasedData>;
