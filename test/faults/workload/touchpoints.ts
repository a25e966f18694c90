import { type Chance } from '../../../apps/cli/src/simulator/chance.js';
import { type Intent, type SentTouchpoint } from '../ledger/ledger.js';

/** By which the log tells what the workload sent from what Safar decided. */
export const SOURCE = 'faults';
const CUSTOMERS = 40;

/** A touchpoint as it goes over the wire, and what the ledger says of it. */
export interface Prepared {
  readonly sent: SentTouchpoint;
  readonly customer: string;
  readonly body: unknown;
}

/** Few customers, so that their streams are long and their order is tested. */
export function prepare(chance: Chance, id: string, intent: Intent): Prepared {
  const customer = `c-${String(chance.between(1, CUSTOMERS))}`;
  const spoken = chance.happens(0.3);
  const body = {
    ...{ id, source: SOURCE, occurredAt: '2026-03-21T10:15:00+03:30' },
    identifiers: [{ kind: 'customer_number', value: customer }],
    ...(spoken
      ? { kind: 'message', channel: 'chat', data: { author: 'customer', text: `پیام ${id}` } }
      : { kind: 'visit', channel: 'web', data: {} }),
  };
  return { sent: { id, intent, spoken }, customer, body: asIntended(body, intent) };
}

function asIntended(body: object, intent: Intent): unknown {
  switch (intent) {
    case 'valid':
      return body;
    case 'invalid':
      return { ...body, kind: 'no such kind' };
    case 'reused-id':
      return { ...body, occurredAt: '2026-03-22T10:15:00+03:30' };
  }
}
