import { randomUUID } from 'node:crypto';

/** A purchase as a web shop reports it; its numbers vary with `order`. About 300 bytes of JSON that anybody may read. */
export function openPart(order: number, personaId: string): Readonly<Record<string, unknown>> {
  const cents = 100 + ((order * 7_919) % 90_000);
  return {
    kind: 'purchase',
    channel: 'web',
    source: '/sources/web-shop',
    personas: [{ id: personaId, kind: 'customer_number' }],
    details: {
      amount: { amount: (cents / 100).toFixed(2), currency: 'GBP' },
      items: [
        { sku: `85${String(order % 1_000).padStart(3, '0')}A`, quantity: 1 + (order % 12), unitPrice: '2.55' },
        { sku: `22${String(order % 997).padStart(3, '0')}`, quantity: 6, unitPrice: '4.25' },
      ],
      country: 'United Kingdom',
    },
  };
}

/** What identifies a person in it: about 150 bytes of JSON. */
export function personalPart(order: number, personaId: string): Readonly<Record<string, unknown>> {
  return {
    touchpointId: `order-${String(order).padStart(10, '0')}`,
    identifiers: [
      { kind: 'customer_number', value: String(10_000 + (order % 90_000)) },
      { kind: 'email', value: `${personaId.slice(0, 13)}@customers.example` },
    ],
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
