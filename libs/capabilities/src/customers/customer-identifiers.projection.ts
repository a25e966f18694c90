import { type CustomerEvent, everyTouchpoint } from '#contracts';
import { allGone, type Projection } from '#kernel';

/** A customer whose touchpoints named another persona beside their own. */
export type CustomerIdentifierRow = {
  /** The named persona. */
  readonly persona_id: string;
  /** Whose touchpoints named it. */
  readonly customer_id: string;
  /** Of the identifier that the persona stands for. */
  readonly kind: string;
  readonly first_position: bigint;
  readonly last_position: bigint;
};

/**
 * Finds the customer of an identifier that is not the first of any touchpoint. Pseudonymous: the fold needs nothing opened. A
 * customer's own persona has no row here, it is the customer's id.
 */
export const customerIdentifiers: Projection<CustomerIdentifierRow, CustomerEvent> = {
  name: 'customer-identifiers',
  version: 1,
  reads: 'sealed',
  table: {
    columns: {
      persona_id: { type: 'uuid' },
      customer_id: { type: 'uuid' },
      kind: { type: 'text' },
      first_position: { type: 'bigint' },
      last_position: { type: 'bigint' },
    },
    primaryKey: ['persona_id', 'customer_id'],
    owner: 'customer_id',
  },
  keys: (event) => {
    // No row has this key; it is here so that the erasure reaches its handler.
    if (event.type === 'persona.erased') return [[event.key, event.key]];
    const named = new Set(event.data.personas.map(({ id }) => id));
    named.delete(event.key);
    return [...named].map((id) => [id, event.key]);
  },
  when: {
    ...everyTouchpoint<CustomerIdentifierRow>((row, { key: customerId, position, data }, [personaId]) => {
      const persona = data.personas.find(({ id }) => id === personaId);
      if (persona === undefined) return undefined;
      const first = row === undefined || position < row.first_position ? position : row.first_position;
      const last = row === undefined || position > row.last_position ? position : row.last_position;
      return {
        persona_id: persona.id,
        customer_id: customerId,
        kind: persona.kind,
        first_position: first,
        last_position: last,
      };
    }),
    'persona.erased': () => allGone,
  },
};
