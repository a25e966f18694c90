import { randomUUID } from 'node:crypto';

export type Data = Readonly<Record<string, unknown>>;

/**
 * The data of a purchase in a web shop, as a touchpoint that was accepted has it: about 300 bytes of JSON that anybody may read,
 * and 150 that identify a person. Its numbers vary with `order`.
 */
export function purchaseOf(order: number, personaId: string): Data {
  const number = String(order).padStart(10, '0');
  const quantity = 1 + (order % 12);
  return {
    kind: 'purchase',
    channel: 'web',
    source: 'web-shop',
    personas: [{ id: personaId, kind: 'email' }],
    touchpointId: `order-${number}`,
    identifiers: [{ kind: 'email', value: `${personaId.slice(0, 13)}@customers.example` }],
    profile: { customerKind: 'individual', name: 'Mary Elizabeth Jones' },
    details: {
      orderId: number,
      amount: { amount: (quantity * 2.55).toFixed(2), currency: 'GBP' },
      items: [{ sku: `85${number.slice(-3)}A`, quantity, unitPrice: { amount: '2.55', currency: 'GBP' } }],
      paymentMethod: 'card',
    },
  };
}

/** A stream that belongs to one caller, who therefore knows its version. */
export interface OwnedStream {
  readonly personaId: string;
  version: number;
}

export const streamOf = ({ personaId }: OwnedStream): string => `persona-${personaId}`;

/** An event to append: which purchase, in which stream, after which version. */
export interface Entry {
  readonly stream: OwnedStream;
  readonly order: number;
}

/** New and known customers mix: of 3,200 streams most see several events in a measurement, as customers do. */
const STREAMS = 3_200;

/** The streams of each caller; each is written by its owner alone, in turn. */
export class Streams {
  private readonly owned: readonly (readonly OwnedStream[])[];
  private readonly turns: number[];

  constructor(callers: number) {
    const each = Math.ceil(STREAMS / callers);
    this.owned = Array.from({ length: callers }, () =>
      Array.from({ length: each }, () => ({ personaId: randomUUID(), version: 0 })),
    );
    this.turns = this.owned.map(() => 0);
  }

  get personaIds(): readonly string[] {
    return this.owned.flat().map((stream) => stream.personaId);
  }

  next(caller: number): OwnedStream {
    const streams = this.owned[caller] ?? [];
    const turn = this.turns[caller] ?? 0;
    const stream = streams[turn % streams.length];
    if (!stream) throw new RangeError(`there is no caller ${String(caller)}`);
    this.turns[caller] = turn + 1;
    return stream;
  }
}
