import { type PersonaErased } from '#contracts';
import { type Projection } from '#kernel';

/** That somebody was erased, and when. Holds nothing about them, so it stays. */
export type CustomerErasureRow = {
  readonly persona_id: string;
  /** Of the last erasure: who is seen again can be erased again. */
  readonly erased_at: number;
  readonly reason: string;
  readonly position: bigint;
};

/** Tells a customer who was erased from one who never was. */
export const customerErasures: Projection<CustomerErasureRow, PersonaErased> = {
  name: 'customer-erasures',
  version: 1,
  reads: 'sealed',
  table: {
    columns: {
      persona_id: { type: 'uuid' },
      erased_at: { type: 'timestamp' },
      reason: { type: 'text' },
      position: { type: 'bigint' },
    },
    primaryKey: ['persona_id'],
    owner: 'persona_id',
  },
  keys: ({ key }) => [[key]],
  when: {
    'persona.erased': (row, { key, recordedAt, position, data }) =>
      row !== undefined && row.position > position
        ? row
        : { persona_id: key, erased_at: recordedAt, reason: data.reason, position },
  },
};
