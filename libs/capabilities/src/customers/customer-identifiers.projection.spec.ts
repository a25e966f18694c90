import { type CustomerEvent, type TouchpointEvent } from '#contracts';
import { allGone, gone, type Evolve, type RowKey } from '#kernel';
import { customerIdentifiers, type CustomerIdentifierRow } from './customer-identifiers.projection.js';

const named = (position: bigint, ...personas: readonly string[]): TouchpointEvent => ({
  id: 'event',
  type: 'touchpoint.call',
  schemaVersion: 1,
  key: 'own',
  stream: 'persona-own',
  version: 1,
  position,
  occurredAt: 0,
  recordedAt: 0,
  meta: { source: '/sources/crm', correlationId: 'c', causationId: 'c' },
  data: {
    kind: 'call',
    channel: 'phone',
    source: 'crm',
    personas: personas.map((id) => ({ id, kind: `kind of ${id}` })),
    details: {},
  },
});

function fold(events: readonly CustomerEvent[]): readonly CustomerIdentifierRow[] {
  const rows = new Map<string, CustomerIdentifierRow>();
  const apply = (event: CustomerEvent, key: RowKey): void => {
    const row = rows.get(key.join());
    const handle: Evolve<CustomerIdentifierRow, CustomerEvent> = customerIdentifiers.when[event.type];
    const after = handle(row, event, key, () => undefined);
    if (after === allGone) rows.clear();
    else if (after !== undefined && after !== gone) rows.set(key.join(), after);
  };
  for (const event of events) for (const key of customerIdentifiers.keys(event)) apply(event, key);
  return [...rows.values()];
}

describe('the identifiers of a customer', () => {
  it('are the personas that their touchpoints named beside their own', () => {
    expect(fold([named(5n, 'own', 'mail', 'phone')])).toEqual([
      { persona_id: 'mail', customer_id: 'own', kind: 'kind of mail', first_position: 5n, last_position: 5n },
      { persona_id: 'phone', customer_id: 'own', kind: 'kind of phone', first_position: 5n, last_position: 5n },
    ]);
  });

  it('are none while only the own one is named', () => {
    expect(fold([named(5n, 'own'), named(6n, 'own', 'own')])).toEqual([]);
  });

  it('stand in one row each, from the first time they were named to the last, in any order', () => {
    const events = [named(7n, 'own', 'mail'), named(9n, 'own', 'mail', 'mail'), named(8n, 'own', 'mail')];
    const row = { persona_id: 'mail', customer_id: 'own', kind: 'kind of mail', first_position: 7n, last_position: 9n };
    expect(fold(events)).toEqual([row]);
    expect(fold(events.toReversed())).toEqual([row]);
  });

  it('go with the customer, and come back when they are named again', () => {
    const erased = { ...named(8n), type: 'persona.erased', data: { reason: 'customer_request' } } as const;
    expect(fold([named(7n, 'own', 'mail'), erased])).toEqual([]);
    expect(fold([named(7n, 'own', 'mail'), erased, named(9n, 'own', 'mail')])).toMatchObject([{ first_position: 9n }]);
  });
});
