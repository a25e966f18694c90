import { createHash } from 'node:crypto';
import { type Chance } from '../../../apps/cli/src/simulator/chance.js';
import { type Intent, type SentTouchpoint } from '../ledger/ledger.js';

/** By which the log tells what the workload sent from what Safar decided. */
export const SOURCE = 'faults';
const CUSTOMERS = 40;

/** All that there are: each is asked for in the end. */
export const customers: readonly string[] = Array.from({ length: CUSTOMERS }, (_, n) => `c-${String(n + 1)}`);

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
      : {
          kind: 'visit',
          channel: 'web',
          data: { page: `https://shop.example/${id}`, campaign: chance.pick(campaigns) },
        }),
  };
  const content = contentOf({ ...body, touchpointId: id, details: body.data });
  return { sent: { id, intent, spoken, content }, customer, body: asIntended(body, intent) };
}

const campaigns = ['nowruz', 'yalda', 'mehregan'] as const;

/** What a touchpoint says, as the timeline names it. */
export interface Content {
  readonly touchpointId: string | null;
  readonly source: string;
  readonly kind: string;
  readonly channel: string | null;
  readonly occurredAt: string;
  readonly identifiers: readonly { readonly kind: string; readonly value: string }[];
  readonly details: object;
}

/** The same for what is sent and for what is shown, if it is the same. */
export function contentOf({ touchpointId, source, kind, channel, occurredAt, identifiers, details }: Content): string {
  const named = identifiers.map((identifier) => [identifier.kind, identifier.value]);
  const members = Object.entries(details).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify([touchpointId, source, kind, channel, Date.parse(occurredAt), named, members]);
  return createHash('sha256').update(text).digest('base64url');
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
